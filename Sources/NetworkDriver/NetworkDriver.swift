import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtDriver
import VirtXML

/// The driver of a host's virtual networks, for `network:///system` and for every hypervisor's connections.
public final class NetworkDriver: Driver {
    let registry = ObjectRegistry<LocalNetwork>()
    let definitions: DefinitionStore<NetworkDefinition>
    /// What the networks are that run; the next daemon takes them up by these.
    let records: DocumentStore
    let places: NetworkPlaces
    let firewall = Firewall()
    let events: EventHub
    let log: Logger
    public let name = "network"
    let watcher = HostWatch()
    /// Where the host's devices are.
    let tree: DeviceTree
    let obstacles = ObstacleSearch()
    let settings: NetworkSettings
    /// Who is told that a network's bridge has been made.
    let bridgeHandlers = Mutex<[@Sendable (String) async -> Void]>([])
    private let uriPath: String

    /// - Parameters:
    ///   - tree: where the host's devices are.
    ///   - uriPath: `/system`, or `/session` in the daemon of a user.
    public init(
        places: NetworkPlaces, settings: NetworkSettings, tree: DeviceTree = DeviceTree(), uriPath: String,
        events: EventHub, log: Logger
    ) {
        (self.settings, self.tree) = (settings, tree)
        definitions = DefinitionStore(
            folder: places.definitions, autostart: true, editedBy: "net-edit", origin: .network
        ) {
            $0.name
        }
        records = DocumentStore(folder: places.run, survivesPowerCut: false)
        (self.places, self.uriPath, self.events, self.log) = (places, uriPath, events, log)
    }

    /// Loads the definitions and takes up the networks that run.
    public func start() async throws(VirtError) {
        let isFirst = await Blocking.run { !FileSystem.exists(self.places.definitions) }
        let content = try await definitions.load()
        for problem in content.problems { log.error("\(problem)") }
        try await registry.change { () throws(VirtError) in
            try VirtError.reporting("cannot make the folders of networks", from: .network) {
                () throws(SystemError) in
                try self.records.prepare(mode: 0o755)
                try FileSystem.makeDirectory(self.places.servers, mode: 0o755, parents: true)
            }
            for found in content.found { self.take(found) }
            self.takeUp()
            if isFirst, self.uriPath.hasSameBytes(as: "/system") { self.defineDefault() }
            let gone = NetworkEventLifecycleType.undefined.rawValue
            self.registry.tellUnfinished(in: self.events, gone: gone) { $0.network.map { ($0.uuid, $0) } }
        }
    }

    /// The network that hosts come with. Whoever removes it is rid of it. Nobody has defined it, and no event tells of it.
    private func defineDefault() {
        let network = """
            <network><name>default</name><forward mode='nat'/><bridge name='virbr0' stp='on' delay='0'/>
              <ip address='192.168.122.1' netmask='255.255.255.0'>
                <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
            """
        do throws(VirtError) {
            let (_, definition) = try complete(
                ObjectRegistry<LocalNetwork>.definition(network), toStart: false)
            try definitions.save(definition, as: definition.name)
            registry.put(LocalNetwork(definition))
        } catch {
            log.error("the default network can't be defined: \(error)")
        }
    }

    private func take(_ found: DefinitionStore<NetworkDefinition>.Found) {
        var network = LocalNetwork(found.definition)
        network.isAutostarted = found.isAutostarted
        if registry[network.uuid] == nil { return registry.put(network) }
        let path = definitions.documents.path(found.name)
        log.error("'\(path)' defines a network a second time: it is passed over")
    }

    /// Starts the networks that are to start with the host.
    public func autostart() async {
        for network in registry.all where network.isAutostarted && !network.isActive {
            do throws(VirtError) { try await create(network.reference) } catch {
                log.error("network '\(network.title)' can't be started: \(error)")
            }
        }
    }

    public var isActive: Bool { registry.all.contains { $0.isActive } }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        try openHost(request, at: uriPath, events: events, from: .network)
    }

    /// Every hypervisor's clients see the networks.
    public func offer(to services: inout HostServices) {
        services.networks = { _ in LocalNetworkService(driver: self) }
    }
}
