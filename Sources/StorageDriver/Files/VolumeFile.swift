import ByteText
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// A file of a pool as it is now, and what its header says of it.
struct VolumeFile: Sendable {
    let status: FileStatus
    let header: ImageHeader?
    /// How many bytes it has: of a block device its file doesn't say.
    private let length: UInt64

    /// How much of a file is read at first: an image of qcow2 has all there but long names.
    private static let firstLook = 1 << 10

    /// Looks at a file; nil for what can't be a volume: a pipe, a socket, a character device, a link of another user's. Nothing
    /// but a file or a block device is opened, and no program is run. May wait.
    init?(_ name: String, in folder: Folder) throws(SystemError) {
        let status = try folder.status(of: name)
        switch status.kind {
        case .regular, .blockDevice:
            try self.init(folder.open(name))
        case .directory: self.init(folder: status)
        case .symbolicLink:
            // A link is as good as what it leads to, where root or this process' user has made it.
            let found = try FileSystem.status(of: folder.path(of: name), links: .trusted)
            guard [.regular, .blockDevice, .directory].contains(found.kind) else { return nil }
            if found.kind == .directory {
                self.init(folder: found)
            } else {
                try self.init(
                    FileSystem.open(folder.path(of: name), [.readOnly, .nonBlocking], links: .trusted))
            }
        default: return nil
        }
    }

    private init(folder status: FileStatus) { (self.status, header, length) = (status, nil, 0) }

    private init?(_ file: Descriptor) throws(SystemError) {
        status = try file.status()
        guard status.kind == .regular || status.kind == .blockDevice else { return nil }
        guard status.kind == .blockDevice || status.size > 0 else {
            (header, length) = (nil, 0)
            return
        }
        let start = try ImageContent(of: file, extent: Self.firstLook)
        length = start.length ?? status.size
        if start.isQCOW2, let header = ImageHeader(start, format: .qcow2) {
            self.header = header
        } else {
            header = ImageHeader(detecting: try ImageContent(of: file))
        }
    }

    /// The volume that it is.
    func definition(_ name: String, in folder: String) -> StorageVolumeDefinition {
        var volume = StorageVolumeDefinition()
        let path = (folder == "/" ? "" : folder) + "/" + name
        (volume.name, volume.key, volume.target.path) = (name, path, path)
        volume.type = status.kind == .directory ? .dir : .file
        fillFacts(of: &volume)
        fillHeader(of: &volume, in: folder)
        return volume
    }

    /// What the file system says.
    func fillFacts(of volume: inout StorageVolumeDefinition) {
        let isFolder = status.kind == .directory
        let size = length
        volume.allocation = ByteSize(bytes: isFolder ? 0 : status.allocated)
        volume.physical = isFolder || size == 0 ? nil : ByteSize(bytes: size)
        volume.capacity = ByteSize(bytes: isFolder ? 0 : header?.virtualSize ?? size)
        volume.target.permissions = StoragePermissions(status)
        volume.target.timestamps = StorageTarget.Timestamps(status)
    }

    /// What the image says of itself.
    private func fillHeader(of volume: inout StorageVolumeDefinition, in folder: String) {
        if status.kind == .directory { return volume.target.format = "dir" }
        let format = header?.format ?? .raw
        volume.target.format = format == .luks ? "raw" : format.rawValue
        if let encryption = header?.encryption {
            volume.target.encryption = StorageEncryption()
            volume.target.encryption?.format = encryption == .luks ? .luks : .qcow
        }
        if let facts = header?.qcow2 {
            volume.target.clusterSize = ByteSize(bytes: facts.clusterSize)
            if facts.version >= 3 {
                volume.target.compat = "1.1"
                volume.target.features = facts.features
            }
        }
        if let backing = header?.backing {
            var below = StorageTarget()
            below.path = BackingName(backing.name, in: folder).path
            below.format = backing.format?.rawValue
            volume.backingStore = below
        }
    }
}

extension ImageHeader.QCOW2 {
    fileprivate var features: [String] {
        (hasLazyReferenceCounts ? ["lazy_refcounts"] : []) + (hasExtendedTable ? ["extended_l2"] : [])
            + (hasDataFile ? ["data_file"] : [])
    }
}

extension StoragePermissions {
    init(_ status: FileStatus) {
        self.init()
        (mode, owner, group) = (status.mode, Int64(status.user), Int64(status.group))
    }
}

extension StorageTarget.Timestamps {
    init(_ status: FileStatus) {
        self.init()
        accessed = Self.text(status.accessed)
        modified = Self.text(status.modified)
        changed = Self.text(status.changed)
        created = "0"
    }

    private static func text(_ nanoseconds: Int64) -> String {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest <= 0 { return "\(seconds)" }
        let digits = String(rest)
        return "\(seconds)." + String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
    }
}
