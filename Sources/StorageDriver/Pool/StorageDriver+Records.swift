import DriverKit
import LinuxSystem
import Logging
import Virt
import VirtXML
import XMLBinding

/// What a running pool is, for the next daemon: a document like that of libvirt's, which it can read too.
struct PoolRecord: XMLRoot {
    static let elementName: StaticString = "poolstate"
    var pool = StoragePoolDefinition()

    init() {}
    init(_ pool: StoragePoolDefinition) { self.pool = pool }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.element("pool", &pool) }
}

extension StorageDriver {
    func keepRecord(of definition: StoragePoolDefinition) async throws(VirtError) {
        let (records, text) = (records, try PoolRecord(definition).text([], from: .storage))
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in try records.save(definition.name, text) }
        } catch {
            throw VirtError(
                error, "cannot write the record of storage pool '\(definition.name)'", from: .storage)
        }
    }

    /// The pools that ran when the last daemon ended. Call it within a change.
    func recorded() -> [StoragePoolReference] {
        ((try? records.names()) ?? []).compactMap { name in
            do {
                let definition = try PoolRecord(xml: try records.read(name), options: []).pool
                guard let uuid = definition.uuid else { return nil }
                var pool = registry[uuid] ?? LocalPool(uuid: uuid)
                pool.live = definition
                registry.put(pool)
                return pool.reference
            } catch {
                log.error("the record of storage pool '\(name)' can't be read and is passed over: \(error)")
                return nil
            }
        }
    }

    /// Takes up pools that run: those that aren't there any more have stopped. One whose server doesn't answer keeps nobody
    /// waiting: it is looked through when it does.
    func takeUp(_ references: [StoragePoolReference]) async {
        await withTaskGroup { group in
            for pool in references.compactMap({ registry[$0.uuid] }) {
                group.addTask { await self.soon(.seconds(3)) { await self.takeUp(pool) } }
            }
        }
    }

    /// Waits until something is done, or goes on in the background.
    func soon(_ patience: Duration, _ work: @escaping @Sendable () async -> Void) async {
        let done = Latch()
        Task {
            await work()
            done.open()
        }
        let timer = Task {
            try? await Task.sleep(for: patience)
            done.open()
        }
        await done.wait()
        timer.cancel()
    }

    private func takeUp(_ pool: LocalPool) async {
        do throws(VirtError) {
            try await alone(with: pool.reference, "take up") { (pool) async throws(VirtError) in
                // A daemon that was killed while it mounted something has left word of it, and perhaps no more.
                guard try await pool.definition.backend(self).isThere() else {
                    return try await self.noteStopped(pool.reference)
                }
                try await self.look(through: pool.content, of: pool.definition)
            }
        } catch {
            log.error(
                "storage pool '\(pool.title)' ran, and can't be looked at now: it has stopped: \(error)")
            try? await noteStopped(pool.reference)
        }
    }
}
