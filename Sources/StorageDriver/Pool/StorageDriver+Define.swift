import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

extension StorageDriver {
    /// Defines a pool, or what one is the next time that it starts.
    func define(_ definition: StoragePoolDefinition) async throws(VirtError) -> StoragePoolReference {
        try await registry.change { () throws(VirtError) in
            let (uuid, complete) = try self.complete(definition, toStart: false)
            var pool = self.registry[uuid] ?? LocalPool(uuid: uuid)
            pool.persistent = complete
            pool.isRedefined = pool.isActive
            if !pool.isActive { pool.content.forget(sizes: true) }
            try self.registry.put(pool, telling: pool.event(.defined), in: self.events) {
                () throws(VirtError) in try self.definitions.save(complete, as: complete.name)
            }
            return pool.reference
        }
    }

    /// A definition with what it doesn't say, and its identity. Throws where another has its name or its place.
    func complete(
        _ given: StoragePoolDefinition, toStart: Bool
    ) throws(VirtError) -> (UUID, StoragePoolDefinition) {
        var definition = given
        let uuid = definition.uuid ?? .random()
        definition.uuid = uuid
        try DocumentStore.check(name: definition.name, from: .storage)
        try registry.check(definition.name, uuid, toStart: toStart)
        _ = try definition.backend(self)
        if let other = registry.all.first(where: { $0.uuid != uuid && $0.hasSamePlace(as: definition) }) {
            throw VirtError(
                .operationFailed, "Storage source conflict with pool: '\(other.title)'", from: .storage)
        }
        return (uuid, definition)
    }

    /// Forgets what a pool is the next time; it must not run.
    func undefine(_ reference: StoragePoolReference) async throws(VirtError) {
        try await change(reference) { (pool, told) throws(VirtError) in
            try pool.requireInactive("still")
            try pool.requireIdle()
            let (event, name) = (pool.event(.undefined), pool.title)
            try self.events.announcing(event) { () throws(VirtError) in try self.definitions.remove(name) }
            (pool.persistent, pool.isAutostarted) = (nil, false)
            told.append(event)
        }
    }

    func setAutostart(_ reference: StoragePoolReference, _ isAutostarted: Bool) async throws(VirtError) {
        try await change(reference) { (pool, _) throws(VirtError) in
            guard pool.isPersistent else {
                throw VirtError(.internalError, "pool has no config file", from: .storage)
            }
            if pool.isAutostarted == isAutostarted { return }
            try self.definitions.setAutostarted(pool.title, isAutostarted)
            pool.isAutostarted = isAutostarted
        }
    }

    /// Changes a pool, alone. It goes once it neither runs nor is defined.
    func change(
        _ reference: StoragePoolReference,
        _ body: @escaping @Sendable (inout LocalPool, inout [Event]) throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await registry.change(reference.uuid, orElse: Self.none(reference), telling: events, body)
    }

    func pool(_ reference: StoragePoolReference) throws(VirtError) -> LocalPool {
        if let pool = registry[reference.uuid] { return pool }
        throw Self.none(reference)
    }

    static func none(_ reference: StoragePoolReference) -> VirtError {
        LocalPool.kind.none(matching: "uuid '\(reference.uuid)' (\(reference.name))")
    }
}

extension LocalPool {
    /// Whether what another definition says would be the same place on the host.
    fileprivate func hasSamePlace(as other: StoragePoolDefinition) -> Bool {
        let own = definition
        // What lies on a device has all of it, whatever it makes of it.
        let onDevices: Set<StoragePoolDefinition.Kind> = [.fs, .logical, .disk]
        if onDevices.isSuperset(of: [own.type, other.type]) { return own.sharesDevice(with: other) }
        guard own.type == other.type else { return false }
        switch own.type {
        case .dir:
            guard let path = own.target?.path, let wanted = other.target?.path else { return false }
            return path.hasSameBytes(as: wanted)
        case .netfs:
            return own.source.dir == other.source.dir
                && own.source.hosts.map(\.name) == other.source.hosts.map(\.name)
        case .iscsi, .iscsiDirect:
            return own.sharesDevice(with: other) && own.source.hosts == other.source.hosts
                && own.source.initiator == other.source.initiator
        case .scsi: return own.source.adapter == other.source.adapter
        case .mpath: return true
        default:
            return own.source.name == other.source.name
                && own.source.hosts.map(\.name) == other.source.hosts.map(\.name)
                && own.source.dir == other.source.dir
        }
    }
}

extension StoragePoolDefinition {
    fileprivate func sharesDevice(with other: Self) -> Bool {
        let devices = Set(other.source.devices.map { ByteName($0.path) })
        return source.devices.contains { devices.contains(ByteName($0.path)) }
    }
}
