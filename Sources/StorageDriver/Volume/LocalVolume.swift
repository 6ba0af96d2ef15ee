import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Synchronization
import Virt
import VirtDriver
import VirtXML

/// The calls on one volume.
struct LocalVolume: StorageVolOperations {
    let driver: StorageDriver
    let reference: StorageVolReference

    func pool() throws(VirtError) -> LocalPool {
        try driver.registry.object(named: reference.pool)
    }

    func activePool() throws(VirtError) -> LocalPool {
        let pool = try pool()
        try pool.requireActive()
        return pool
    }

    /// The volume as it is known.
    func known(in pool: LocalPool) throws(VirtError) -> StoredVolume {
        if let volume = pool.content[reference.name] { return volume }
        throw StorageDriver.noVolume(named: reference.name)
    }

    private func current() async throws(VirtError) -> StoredVolume {
        try await driver.current(reference.name, in: activePool())
    }

    // MARK: Read

    func storagePoolLookupByVolume() throws(VirtError) -> StoragePoolReference { try pool().reference }

    func path() throws(VirtError) -> String { try known(in: activePool()).path }

    func xmlDesc(flags: UInt32) async throws(VirtError) -> String {
        _ = try activePool()
        try flags.require(in: "storageVolGetXMLDesc", from: .storage)
        return try await current().definition.text(from: .storage)
    }

    func info() async throws(VirtError) -> StorageVolInfo {
        let all = try await infoFlags(flags: [])
        return StorageVolInfo(type: all.type, capacity: all.capacity, allocation: all.allocation)
    }

    func infoFlags(flags: StorageVolInfoFlags) async throws(VirtError) -> StorageVolInfoFlagsReply {
        try flags.require(.getPhysical, in: "storageVolGetInfoFlags", from: .storage)
        let volume = try await current().definition
        let size = flags.contains(.getPhysical) ? volume.physical ?? .zero : volume.allocation ?? .zero
        return StorageVolInfoFlagsReply(
            type: volume.type?.number ?? 0, capacity: volume.capacity?.bytes ?? 0, allocation: size.bytes)
    }

    // MARK: Delete

    func delete(flags: StorageVolDeleteFlags) async throws(VirtError) {
        let pool = try activePool()
        let volume = try known(in: pool)
        try volume.requireIdle()
        try await driver.requireUnused(volume)
        try await driver.using(volume, in: pool) { (_) async throws(VirtError) in
            try await pool.definition.backend(driver).remove(volume, flags, in: pool)
            let name = volume.definition.name
            pool.content.remove(name)
            guard pool.definition.type.isFolder else { return }
            pool.content.count(allocation: 0, insteadOf: volume.definition.allocation?.bytes ?? 0)
        }
    }
}

extension StorageVolumeDefinition.Kind {
    /// libvirt's number.
    var number: Int8 {
        switch self {
        case .file: 0
        case .block: 1
        case .dir: 2
        case .network: 3
        case .netdir: 4
        case .ploop: 5
        }
    }
}

extension StorageDriver {
    /// Does something with a volume that nobody else changes meanwhile.
    ///
    /// - Parameter isReading: others may read it, too.
    func using<Result: Sendable>(
        _ volume: StoredVolume, in pool: LocalPool, isReading: Bool = false,
        _ body: (StoredVolume) async throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        let name = volume.definition.name
        try begin(name, in: pool, isReading: isReading)
        defer { end(name, in: pool) }
        return try await body(volume)
    }

    /// Marks a volume as in use.
    func begin(_ name: String, in pool: LocalPool, isReading: Bool = false) throws(VirtError) {
        let found: Void? = try pool.content.change(name) { (volume) throws(VirtError) in
            if isReading { try volume.requireReadable() } else { try volume.requireIdle() }
            volume.users += 1
            volume.isBeingChanged = !isReading
        }
        if found == nil { throw Self.noVolume(named: name) }
    }

    func end(_ name: String, in pool: LocalPool) {
        _ = try? pool.content.change(name) { (volume) throws(VirtError) in
            volume.users -= 1
            volume.isBeingChanged = false
        }
    }
}
