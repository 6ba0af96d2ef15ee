import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// A disk whose partitions are volumes.
struct DiskPool: AllocatingBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    var device: String { pool.source.devices.first?.path ?? "" }

    /// The kind of table; what isn't said is that of PCs.
    private var format: String {
        guard let format = pool.source.format, format != "unknown" else { return "dos" }
        return format
    }

    /// What stands before the number in the name of a partition: behind a digit there is a letter.
    static func prefix(of device: StorageDevice) -> String {
        let endsWithDigit = device.path.utf8.last?.isDigit ?? false
        return FileSystem.lastPart(of: device.path) + (device.hasSeparator ?? endsWithDigit ? "p" : "")
    }

    /// A disk by its path.
    struct StorageDevice {
        var path: String
        var hasSeparator: Bool?
    }

    /// The disk as the kernel names it, where the definition has another name for it.
    func kernelDevice() async -> StorageDevice {
        let (path, separator) = (device, pool.source.devices.first?.partSeparator)
        return await Blocking.run {
            StorageDevice(path: (try? FileSystem.realPath(path)) ?? path, hasSeparator: separator)
        }
    }

    // MARK: Life

    func start() async throws(VirtError) {
        let content = try await content()
        guard let table = content.table else {
            if content.isEmpty {
                throw VirtError(
                    .storageProbeFailed, "Device '\(device)' is unrecognized, requires build", from: .storage)
            }
            throw mismatch
        }
        if !table.hasSameBytes(as: format) { throw mismatch }
    }

    private func content() async throws(VirtError) -> DeviceContent {
        let path = device
        guard await Blocking.run({ FileSystem.exists(path) }) else {
            throw VirtError(
                .storageProbeFailed, "Failed to create filesystem probe for device \(device)", from: .storage)
        }
        return try await driver.content(of: device)
    }

    private var mismatch: VirtError {
        VirtError(
            .storageProbeFailed,
            "Format of device '\(device)' does not match the expected format '\(format)'", from: .storage)
    }

    func isThere() async -> Bool { (try? await content())?.table?.hasSameBytes(as: format) ?? false }

    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError) {
        try flags.refuseContradiction()
        try flags.require([.overwrite, .noOverwrite], in: "virStorageBackendDiskBuildPool", from: .storage)
        _ = try await content()
        if !flags.contains(.overwrite) { try await driver.requireEmpty(device, for: format) }
        try await driver.run(DiskCommand.label(device, format))
    }

    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendDiskDeletePool", from: .storage)
        try await driver.run(DiskCommand.empty(device))
    }
}

extension StorageDriver {
    /// The partitions of a disk as they are now.
    func partitions(of device: String) async throws(VirtError) -> PartitionTable {
        let text = try await text(of: DiskCommand.table(of: device))
        let sector = await Blocking.run { (try? FileSystem.readStart(of: device, count: 512)) ?? [] }
        if let table = PartitionTable(text, of: device, extended: PartitionTable.extended(in: sector)) {
            return table
        }
        throw VirtError(
            .internalError, "what parted says of '\(device)' can't be understood", from: .storage)
    }
}
