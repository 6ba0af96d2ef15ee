import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// A volume group of LVM.
struct LogicalPool: AllocatingBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    private var group: String { pool.source.name ?? pool.name }
    private var devices: [String] { pool.source.devices.map(\.path) }

    // MARK: Start and stop

    func start() async throws(VirtError) {
        let groups = try await groups()
        guard let found = groups.first(where: { $0.name.hasSameBytes(as: group) }) else {
            throw VirtError(
                .configUnsupported, "cannot find logical volume group name '\(group)'", from: .storage)
        }
        let own = Set(found.devices.map { ByteName($0) })
        guard devices.isEmpty || devices.contains(where: { own.contains(ByteName($0)) }) else {
            throw VirtError(
                .configUnsupported,
                "cannot find any matching source devices for logical volume group '\(group)'", from: .storage)
        }
        try await driver.run(LogicalCommand.activate(group, true))
    }

    func stop() async throws(VirtError) { try await driver.run(LogicalCommand.activate(group, false)) }

    func isThere() async -> Bool {
        guard let groups = try? await groups() else { return false }
        return groups.contains { $0.name.hasSameBytes(as: group) }
    }

    private func groups() async throws(VirtError) -> [(name: String, devices: [String])] {
        // Groups are found without it, too, and it may fail where nothing is.
        _ = try? await driver.run(LogicalCommand.scan())
        return LogicalReport.groups(in: try await driver.text(of: LogicalCommand.devices()))
    }

    func findSources(_ question: PoolSource?) async throws(VirtError) -> [PoolSource] {
        try await groups().map { group in
            var source = PoolSource()
            source.name = group.name
            source.format = "lvm2"
            source.devices = group.devices.map { path in
                var device = PoolDevice()
                device.path = path
                return device
            }
            return source
        }
    }

    // MARK: Build and delete

    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError) {
        try flags.refuseContradiction()
        try flags.require(
            [.overwrite, .noOverwrite], in: "virStorageBackendLogicalBuildPool", from: .storage)
        for device in devices {
            guard await Blocking.run({ FileSystem.exists(device) }) else {
                throw VirtError(
                    .storageProbeFailed, "Failed to create filesystem probe for device \(device)",
                    from: .storage)
            }
            if !flags.contains(.overwrite) { try await driver.requireEmpty(device, for: "LVM2_member") }
        }
        var taken: [String] = []
        do throws(VirtError) {
            for device in devices {
                if flags.contains(.overwrite) { try await driver.run(DiskCommand.empty(device)) }
                try await driver.run(LogicalCommand.takeDevice(device))
                taken.append(device)
            }
            try await driver.run(LogicalCommand.makeGroup(group, on: devices))
        } catch {
            for device in taken { _ = try? await driver.run(LogicalCommand.giveBackDevice(device)) }
            throw error
        }
    }

    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendLogicalDeletePool", from: .storage)
        try await driver.run(LogicalCommand.removeGroup(group))
        for device in devices { _ = try? await driver.run(LogicalCommand.giveBackDevice(device)) }
    }

    // MARK: Volumes

    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let text = try await driver.text(of: LogicalCommand.volumes(of: group))
        let listed = LogicalReport.volumes(in: text, at: path)
        var found = await Blocking.run {
            var found = FoundContent()
            for var volume in listed {
                if let device = try? DeviceFacts(volume.target.path ?? "") { volume.fill(device) }
                found.volumes[ByteName(volume.name)] = StoredVolume(definition: volume)
            }
            return found
        }
        for (name, volume) in found.volumes {
            guard let below = volume.definition.backingStore?.path else { continue }
            let origin = found.volumes[ByteName(FileSystem.lastPart(of: below))]?.definition.target
            found.volumes[name]?.definition.backingStore?.permissions = origin?.permissions
            found.volumes[name]?.definition.backingStore?.timestamps = origin?.timestamps
        }
        let room = try await driver.text(of: LogicalCommand.room(of: group))
        guard let sizes = LogicalReport.sizes(in: room) else {
            throw VirtError(
                .internalError, "the room in volume group '\(group)' can't be understood: \(room)",
                from: .storage)
        }
        found.sizes = sizes
        return found
    }

    var standardMode: UInt32? { 0o600 }

    func allocate(
        _ volume: StorageVolumeDefinition, _ mark: HalfMadeDevice?, among known: [StoredVolume]
    ) async throws(VirtError) {
        var tag: String?
        if case .logical(let word) = mark { tag = word }
        try await driver.run(LogicalCommand.make(volume, in: group, tag: tag))
        _ = await DeviceFacts.awaited(volume.target.path ?? "")
    }

    func mark(for volume: StorageVolumeDefinition) async throws(VirtError) -> HalfMadeDevice {
        .logical(tag: "roost.part.\(Random.hexadecimal(bytes: 8))")
    }

    func unmark(_ mark: HalfMadeDevice) async throws(VirtError) {
        guard case .logical(let tag) = mark else { return }
        try await driver.run(LogicalCommand.removeTag(tag))
    }

    func release(_ volume: StoredVolume, _ flags: StorageVolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendLogicalDeleteVol", from: .storage)
        try await driver.run(LogicalCommand.remove(volume.path))
    }
}
