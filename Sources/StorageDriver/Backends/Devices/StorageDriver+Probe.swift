import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt

/// What is on a device.
struct DeviceContent: Sendable, Equatable {
    /// The kind of file system, or of what else lies on it as a whole.
    var fileSystem: String?
    /// The kind of its table of partitions.
    var table: String?

    var isEmpty: Bool { self == DeviceContent() }

    /// What blkid says.
    init(_ text: String) {
        for line in text.split(atByte: "\n") {
            if let kind = line.droppingBytePrefix("ID_FS_TYPE=") { fileSystem = String(kind) }
            if let kind = line.droppingBytePrefix("ID_PART_TABLE_TYPE=") { table = String(kind) }
        }
    }

    init() {}
}

extension StorageDriver {
    /// What is on a device, found out by blkid.
    func content(of device: String) async throws(VirtError) -> DeviceContent {
        let outcome: ProgramTask.Outcome
        do throws(SystemError) {
            outcome = try await ProgramTask("blkid", ["-p", "-o", "udev", device]).run()
        } catch {
            throw VirtError(error, "what is on '\(device)' can't be found out by blkid", from: .storage)
        }
        // Its status where it has found nothing.
        if outcome.status == .exited(2) { return DeviceContent() }
        guard outcome.status.isSuccess else {
            throw VirtError(
                .storagePoolBuilt, "What is on device '\(device)' can't be told: \(outcome.errorText)",
                from: .storage)
        }
        return DeviceContent(String(decoding: outcome.output, as: UTF8.self))
    }

    /// Refuses to format what has a file system, a table of partitions or the like.
    func requireEmpty(_ device: String, for format: String) async throws(VirtError) {
        let content = try await content(of: device)
        if content.isEmpty { return }
        if (content.fileSystem ?? content.table)?.hasSameBytes(as: format) == true {
            throw VirtError(
                .storagePoolBuilt, "Device '\(device)' already formatted using '\(format)'", from: .storage)
        }
        throw VirtError(
            .storagePoolBuilt,
            "Format of device '\(device)' does not match the expected format '\(format)', forced overwrite is necessary",
            from: .storage)
    }
}
