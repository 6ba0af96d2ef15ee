import ByteText
import DriverKit
import LinuxSystem
import Synchronization
import Virt
import VirtXML

extension StorageDriver {
    /// Starts a pool that is defined.
    func create(
        _ reference: StoragePoolReference, _ flags: StoragePoolCreateFlags
    ) async throws(VirtError) {
        try await alone(with: reference, "create") { (pool) async throws(VirtError) in
            try pool.requireInactive("already")
            guard let definition = pool.persistent else { throw Self.none(reference) }
            try await self.start(definition, pool.content, building: flags)
            try await self.change(reference) { (pool, told) throws(VirtError) in
                (pool.live, pool.isRedefined) = (definition, false)
                told.append(pool.event(.started))
            }
        }
    }

    /// Starts a pool that is there only as long as it runs.
    func createTransient(
        _ given: StoragePoolDefinition, _ flags: StoragePoolCreateFlags
    ) async throws(VirtError) -> StoragePoolReference {
        let (pool, definition) = try await claim(given)
        defer { starting.withLock { _ = $0.remove(ByteName(definition.name)) } }
        let job = try await pool.content.jobs.acquire(.modify, "create")
        defer { pool.content.jobs.release(job) }
        try await start(definition, pool.content, building: flags)
        do throws(VirtError) {
            return try await registry.change { () throws(VirtError) in
                try self.registry.check(definition.name, pool.uuid, toStart: true)
                var started = self.registry[pool.uuid] ?? pool
                (started.live, started.isRedefined) = (definition, started.isPersistent)
                self.registry.put(started)
                self.events.publish(started.event(.started))
                return started.reference
            }
        } catch {
            try? await definition.backend(self).stop()
            throw error
        }
    }

    /// The name is taken from here on: nobody sees a pool that may not come to be, but another can't be it.
    private func claim(
        _ given: StoragePoolDefinition
    ) async throws(VirtError) -> (LocalPool, StoragePoolDefinition) {
        try await registry.change { () throws(VirtError) in
            let (uuid, definition) = try self.complete(given, toStart: true)
            guard self.starting.withLock({ $0.insert(ByteName(definition.name)).inserted }) else {
                throw VirtError(
                    .operationInvalid, "storage pool '\(definition.name)' is starting up", from: .storage)
            }
            return (self.registry[uuid] ?? LocalPool(uuid: uuid), definition)
        }
    }

    /// Makes on the host what a pool is, and looks what lies in it; or leaves nothing.
    private func start(
        _ definition: StoragePoolDefinition, _ content: PoolContent, building flags: StoragePoolCreateFlags
    ) async throws(VirtError) {
        let backend = try definition.backend(self)
        if !flags.isEmpty { try await backend.build(flags.asBuilding) }
        // On record first: a daemon that is killed while it mounts something leaves word of it.
        try await keepRecord(of: definition)
        do throws(VirtError) {
            try await backend.start()
            do throws(VirtError) {
                try await look(through: content, of: definition)
            } catch {
                try? await backend.stop()
                throw error
            }
        } catch {
            let (records, name) = (records, definition.name)
            await Blocking.run { try? records.remove(name) }
            throw error
        }
    }

    /// Stops a pool. One that isn't defined is no more then.
    func destroy(_ reference: StoragePoolReference) async throws(VirtError) {
        try await alone(with: reference, "destroy") { (pool) async throws(VirtError) in
            try pool.requireActive()
            try pool.requireIdle()
            try await pool.definition.backend(self).stop()
            try await self.noteStopped(reference)
        }
    }

    /// What was known of a pool's volumes is forgotten, and everybody is told.
    func noteStopped(_ reference: StoragePoolReference) async throws(VirtError) {
        try await change(reference) { (pool, told) throws(VirtError) in
            guard pool.isActive else { return }
            told.append(pool.event(.stopped))
            try? self.records.remove(pool.title)
            pool.content.forget(sizes: pool.isRedefined)
            (pool.live, pool.isRedefined) = (nil, false)
        }
    }

    func build(_ reference: StoragePoolReference, _ flags: StoragePoolBuildFlags) async throws(VirtError) {
        try await alone(with: reference, "build") { (pool) async throws(VirtError) in
            try pool.requireInactive("already")
            try await pool.document(ofNextTime: true).backend(self).build(flags)
            self.events.publish(pool.event(.created))
        }
    }

    func delete(_ reference: StoragePoolReference, _ flags: StoragePoolDeleteFlags) async throws(VirtError) {
        try await alone(with: reference, "delete") { (pool) async throws(VirtError) in
            try pool.requireInactive("still")
            try pool.requireIdle()
            try await pool.definition.backend(self).delete(flags)
            self.events.publish(pool.event(.deleted))
        }
    }

    /// Looks what has changed in a pool. One that can't be looked at has stopped.
    func refresh(_ reference: StoragePoolReference) async throws(VirtError) {
        try await alone(with: reference, "refresh") { (pool) async throws(VirtError) in
            try pool.requireActive()
            do throws(VirtError) {
                try await self.look(through: pool.content, of: pool.definition)
            } catch {
                if !pool.content.isBusy {
                    try? await pool.definition.backend(self).stop()
                    try? await self.noteStopped(reference)
                }
                throw error
            }
            self.events.publish(.storagePoolRefresh(StoragePoolRefreshEvent(pool: pool.reference)))
        }
    }

    /// Does something with a pool while nobody else starts, stops or looks through it.
    func alone(
        with reference: StoragePoolReference, _ what: String,
        _ body: (LocalPool) async throws(VirtError) -> Void
    ) async throws(VirtError) {
        let jobs = try pool(reference).content.jobs
        let job = try await jobs.acquire(.modify, what)
        defer { jobs.release(job) }
        try await body(try pool(reference))
    }
}

extension StoragePoolCreateFlags {
    /// How a pool is built that is to be started.
    fileprivate var asBuilding: StoragePoolBuildFlags {
        contains(.withBuildOverwrite) ? .overwrite : contains(.withBuildNoOverwrite) ? .noOverwrite : .new
    }
}
