import ByteText
import DriverKit
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtDriver
import VirtXML

/// The driver of a host's storage pools, for `storage:///system` and for every hypervisor's connections.
public final class StorageDriver: Driver {
    let registry = ObjectRegistry<LocalPool>()
    let definitions: DefinitionStore<StoragePoolDefinition>
    /// Which pools run; the next daemon takes them up by these.
    let records: DocumentStore
    let parts: PartRecords
    let places: StoragePlaces
    let secrets: any SecretSource
    let events: EventHub
    let log: Logger
    public let name = "storage"
    /// Who knows what guests use.
    let usedBy = Mutex<[@Sendable () -> [FileInUse]]>([])
    /// The names of pools that aren't there yet, and are starting.
    let starting = Mutex<Set<ByteName>>([])
    private let uriPath: String

    /// - Parameter uriPath: `/system`, or `/session` in the daemon of a user.
    public init(
        places: StoragePlaces, secrets: any SecretSource, uriPath: String, events: EventHub, log: Logger
    ) {
        definitions = DefinitionStore(
            folder: places.definitions, autostart: true, editedBy: "pool-edit", origin: .storage
        ) {
            $0.name
        }
        records = DocumentStore(folder: places.run, survivesPowerCut: false)
        parts = PartRecords(folder: places.parts)
        self.places = places
        (self.secrets, self.uriPath, self.events, self.log) = (secrets, uriPath, events, log)
    }

    /// Loads the definitions, clears away what was half made, and takes up the pools that run.
    public func start() async throws(VirtError) {
        let content = try await definitions.load()
        for problem in content.problems { log.error("\(problem)") }
        let running = try await registry.change { () throws(VirtError) in
            try VirtError.reporting("cannot make the folders of storage pools", from: .storage) {
                () throws(SystemError) in
                try self.records.prepare(mode: 0o755)
                try self.parts.store.prepare()
            }
            for found in content.found { self.take(found) }
            let running = self.recorded()
            let gone = StoragePoolEventLifecycleType.undefined.rawValue
            self.registry.tellUnfinished(in: self.events, gone: gone) { event in
                event.pool.map { ($0.uuid, $0) }
            }
            return running
        }
        let halves = await Blocking.run { self.parts.clear(self.log) }
        // Programs that hang keep nobody waiting who starts.
        if !halves.isEmpty { await soon(.seconds(10)) { await self.clear(halves) } }
        await takeUp(running)
    }

    private func take(_ found: DefinitionStore<StoragePoolDefinition>.Found) {
        var pool = LocalPool(found.definition)
        pool.isAutostarted = found.isAutostarted
        if registry[pool.uuid] == nil { return registry.put(pool) }
        let path = definitions.documents.path(found.name)
        log.error("'\(path)' defines a storage pool a second time: it is passed over")
    }

    /// Starts the pools that are to start with the host. One whose server doesn't answer soon keeps no guests waiting that
    /// start after it.
    public func autostart() async {
        await withTaskGroup { group in
            for pool in registry.all where pool.isAutostarted && !pool.isActive {
                group.addTask { await self.soon(.seconds(10)) { await self.autostart(pool) } }
            }
        }
    }

    private func autostart(_ pool: LocalPool) async {
        do throws(VirtError) { try await create(pool.reference, []) } catch {
            log.error("storage pool '\(pool.title)' can't be started: \(error)")
        }
    }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        try openHost(request, at: uriPath, events: events, from: .storage)
    }

    /// Every hypervisor's clients see the pools.
    public func offer(to services: inout HostServices) {
        services.storage = { _ in LocalStorageService(driver: self) }
    }
}
