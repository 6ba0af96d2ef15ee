import ByteText
import HostKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// The images below a disk's own, as far as they can be found in the images themselves. May wait.
struct ImageChain {
    /// Who the guest runs as, for messages; nil for the daemon's own user.
    let account: FileOwner?
    /// The images seen so far: one that lies below itself has no end.
    private var seen: Set<ByteName> = []

    init(account: FileOwner?) { self.account = account }

    /// The number that was given to an image last.
    private var number: UInt32 = 0

    /// Finds what the definition leaves open about the images of all disks, which have their numbers already.
    static func fill(_ domain: inout DomainDefinition, account: FileOwner?) throws(VirtError) {
        var chain = ImageChain(account: account)
        // Empty drives have had theirs too.
        let drives = UInt32(clamping: domain.devices.disks.count)
        chain.number = max(drives, domain.devices.disks.map(\.lastNumber).max() ?? 0)
        for index in domain.devices.disks.indices {
            chain.seen = []
            try chain.fill(&domain.devices.disks[index])
        }
    }

    /// One disk with what is found about it; its images have their numbers already.
    static func filled(_ disk: DiskDevice, account: FileOwner?) throws(VirtError) -> DiskDevice {
        var (disk, chain) = (disk, ImageChain(account: account))
        chain.number = disk.lastNumber
        try chain.fill(&disk)
        return disk
    }

    private mutating func fill(_ disk: inout DiskDevice) throws(VirtError) {
        guard !disk.source.isEmpty, let path = disk.source.localPath, disk.source.startupPolicy == nil
        else { return }
        disk.backingStore = try below(path, disk.driver.format ?? .raw, known: disk.backingStore)
    }

    private mutating func below(
        _ path: String, _ format: StorageFormat, known: BackingStore?, above: String? = nil
    ) throws(VirtError) -> BackingStore? {
        guard seen.insert(ByteName(path)).inserted, seen.count <= 200 else {
            throw VirtError(
                .internalError, "backing store for \(path) is self-referential or too deep", from: .storage)
        }
        if var known {
            guard let next = known.source?.localPath else { return known }
            known.backingStore = try below(next, known.format ?? .raw, known: known.backingStore, above: path)
            return known
        }
        return try found(path, format, above: above)
    }

    private mutating func found(
        _ path: String, _ format: StorageFormat, above: String?
    ) throws(VirtError) -> BackingStore? {
        let content: ImageContent
        do throws(SystemError) {
            content = ImageContent(
                start: try FileSystem.readStart(of: path, count: ImageContent.extent))
        } catch {
            throw unreadable(path, above, error)
        }
        guard format.canHaveBacking else { return BackingStore() }
        // What other formats lie on is QEMU's to find out.
        guard format == .qcow2, let header = ImageHeader(content, format: .qcow2) else { return nil }
        guard let backing = header.backing else { return detected(BackingStore()) }
        // A name that is an address is QEMU's to understand.
        if backing.name.hasBytePrefix("json:") || backing.name.contains(bytesOf: "://") { return nil }
        return try detected(image(backing, of: path))
    }

    private mutating func image(
        _ backing: ImageHeader.Backing, of path: String
    ) throws(VirtError) -> BackingStore {
        let name = backing.name
        let full = name.hasBytePrefix("/") ? name : (FileSystem.parent(of: path) ?? "") + "/" + name
        guard let format = backing.format else {
            throw VirtError(
                .operationInvalid,
                "format of backing image '\(full)' of image '\(path)' was not specified in the image metadata "
                    + "(See https://libvirt.org/kbase/backing_chains.html for troubleshooting)",
                from: .storage)
        }
        var source = StorageSource(file: full)
        if let kind = try? FileSystem.status(of: full).kind, kind == .blockDevice { source.type = .block }
        var store = BackingStore()
        number &+= 1
        (store.source, store.format, store.index) = (source, format, number)
        store.backingStore = try below(full, format, known: nil, above: path)
        return store
    }

    private func detected(_ store: BackingStore) -> BackingStore {
        var store = store
        store.isDetected = true
        return store
    }

    private func unreadable(_ path: String, _ above: String?, _ error: SystemError) -> VirtError {
        let what = above.map { "backing file '\(path)' of storage file '\($0)'" } ?? "storage file '\(path)'"
        let user = account.map { "(as uid:\($0.user), gid:\($0.group))" } ?? ""
        return VirtError(error, "Cannot access \(what) \(user)").from(.storage)
    }
}

extension DiskDevice {
    /// The highest number of the disk's images.
    fileprivate var lastNumber: UInt32 {
        max(source.index ?? 0, source.dataStore?.source?.index ?? 0, backingStore?.lastNumber ?? 0)
    }
}

extension BackingStore {
    fileprivate var lastNumber: UInt32 {
        max(index ?? 0, source?.dataStore?.source?.index ?? 0, backingStore?.lastNumber ?? 0)
    }
}
