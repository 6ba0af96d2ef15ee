import LinuxSystem
import VirtXML

/// What the system says of a block device.
struct DeviceFacts: Sendable {
    let status: FileStatus
    /// In bytes.
    let length: UInt64

    /// Opens the device to look how large it is. May wait.
    init(_ path: String) throws(SystemError) {
        let file = try Self.open(path)
        status = try file.status()
        length = try file.length()
    }

    /// Opens a block device, by no link but root's.
    static func open(_ path: String, _ options: OpenOptions = .readOnly) throws(SystemError) -> Descriptor {
        let file = try FileSystem.open(path, [options, .nonBlocking], links: .trusted)
        guard try file.status().kind == .blockDevice else {
            throw SystemError(call: "open", errno: 15, context: path)
        }
        return file
    }

    /// The same once the system has made the device's file, which it does a little after it has made the device.
    static func awaited(_ path: String) async -> DeviceFacts? {
        let end = ContinuousClock.now + .seconds(5)
        while true {
            if let facts = await Blocking.run({ try? DeviceFacts(path) }) { return facts }
            guard ContinuousClock.now < end else { return nil }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension StorageVolumeDefinition {
    /// Takes what the system says of the volume's device.
    ///
    /// - Parameter isSized: the size is told by other means.
    mutating func fill(_ device: DeviceFacts, isSized: Bool = false) {
        if !isSized { capacity = ByteSize(bytes: device.length) }
        physical = ByteSize(bytes: device.length)
        target.permissions = StoragePermissions(device.status)
        target.timestamps = StorageTarget.Timestamps(device.status)
    }
}
