import VirtXML

/// A file or device of the host that QEMU opens by its name.
package struct HostFile: Hashable, Sendable {
    package let path: String
    package let isWritten: Bool
}

extension DomainDefinition {
    /// All that QEMU opens by name for the guest.
    package var hostFiles: [HostFile] {
        let read = [os.kernel, os.initrd, os.dtb] + os.acpiTables.map(\.path)
        var files = read.compactMap { $0.map { HostFile(path: $0, isWritten: false) } }
        if let variables = os.nvram?.path { files.append(HostFile(path: variables, isWritten: true)) }
        return files + devices.all.flatMap(\.hostFiles)
    }
}

extension DomainDevice {
    /// What QEMU opens by name for this device. Files that the daemon opens itself are not among them.
    package var hostFiles: [HostFile] {
        switch self {
        case .disk(let disk): disk.hostFiles
        case .serial(let line): line.source.hostFiles
        case .parallel(let line): line.source.hostFiles
        case .console(let line): line.source.hostFiles
        case .channel(let channel): channel.source.hostFiles
        case .redirdev(let redirection): redirection.source.hostFiles
        case .input(let input): [input.source?.evdev, input.source?.dev].written
        case .tpm(let tpm) where tpm.backend == .passthrough: [tpm.device ?? "/dev/tpm0"].written
        case .graphics(let screen): [screen.gl?.rendernode].written
        case .memory(let memory): [memory.path].written
        case .hostdev(let device): device.hostFiles
        default: []
        }
    }
}

extension DiskDevice {
    /// The files of the host that hold the disk's images.
    package var hostFiles: [HostFile] {
        let isWritten = !readonly && device != .cdrom
        let top = source.localPath.map { [HostFile(path: $0, isWritten: isWritten)] } ?? []
        let copy = mirror?.source?.localPath.map { [HostFile(path: $0, isWritten: true)] } ?? []
        return top + copy + (backingStore?.localPaths ?? []).map { HostFile(path: $0, isWritten: false) }
    }
}

extension StorageSource {
    /// The file or device of the host that holds the image, if one does.
    package var localPath: String? { actualType == .file || actualType == .block ? path : nil }
}

extension BackingStore {
    /// The files and devices of the host from here down.
    var localPaths: [String] {
        (source?.localPath.map { [$0] } ?? []) + (backingStore?.localPaths ?? [])
    }
}

extension CharacterSource {
    fileprivate var hostFiles: [HostFile] {
        switch type {
        case .dev: [path].written
        case .pipe: path.map { [$0, $0 + ".in", $0 + ".out"].written } ?? []
        default: []
        }
    }
}

extension HostdevDevice {
    fileprivate var hostFiles: [HostFile] {
        guard case .usb(let usb) = source, let bus = usb.bus, let device = usb.device else { return [] }
        return [USBHostdev.node(bus, device)].written
    }
}

extension USBHostdev {
    /// The device file of what is plugged in at a place of the host.
    package static func node(_ bus: UInt32, _ device: UInt32) -> String {
        func three(_ number: UInt32) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        }
        return "/dev/bus/usb/\(three(bus))/\(three(device))"
    }
}

extension [String?] {
    fileprivate var written: [HostFile] {
        compactMap { $0.map { HostFile(path: $0, isWritten: true) } }
    }
}
