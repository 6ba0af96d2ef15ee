import ByteText
import DriverKit
import LinuxSystem
import Synchronization
import Virt
import VirtXML

extension StorageDriver {
    /// Throws where a guest that runs uses a volume, by whatever path.
    func requireUnused(_ volume: StoredVolume) async throws(VirtError) {
        let used = usedBy.withLock { $0 }.flatMap { $0() }
        let path = volume.path
        if let one = used.first(where: { $0.path.hasSameBytes(as: path) }) { throw isUsed(volume, by: one) }
        // What has another name is another file, or a link that somebody has made for no good reason; and to look at a file
        // of a server that doesn't answer would hold up who deletes another one. Devices answer.
        let name = FileSystem.lastPart(of: path)
        let alike = used.filter { file in
            FileSystem.lastPart(of: file.path).hasSameBytes(as: name)
                || (file.path.hasBytePrefix("/dev/") && path.hasBytePrefix("/dev/"))
        }
        if alike.isEmpty { return }
        let same = await Blocking.run { () -> FileInUse? in
            guard let own = FileIdentity(path) else { return nil }
            return alike.first { FileIdentity($0.path) == own }
        }
        if let same { throw isUsed(volume, by: same) }
    }

    private func isUsed(_ volume: StoredVolume, by file: FileInUse) -> VirtError {
        VirtError(
            .operationInvalid,
            "volume '\(volume.definition.name)' is still in use by domain '\(file.guest)'.", from: .storage)
    }
}

/// By what it is seen that two paths lead to one file, or to one device.
private struct FileIdentity: Equatable {
    private let isDevice: Bool
    private let numbers: [UInt64]

    /// May wait.
    init?(_ path: String) {
        guard let status = try? FileSystem.status(of: path) else { return nil }
        isDevice = status.kind == .blockDevice
        numbers = isDevice ? [status.representedDevice] : [status.device, status.inode]
    }
}
