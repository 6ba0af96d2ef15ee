import DriverKit
import Synchronization
import Virt
import VirtDriver

/// One client of a test host.
final class TestConnection: DriverConnection {
    let hypervisor: any HypervisorService
    private let host: TestHost
    private let closeHooks = CloseHooks()

    /// - Parameter onClose: called once, when the client goes.
    init(host: TestHost, uri: ConnectionURI, onClose: @escaping @Sendable () -> Void) {
        self.host = host
        hypervisor = TestHypervisor(host: host, address: uri)
        closeHooks.add("host") { onClose() }
    }

    var networks: any NetworkService { TestNetworkService(networks: host.networks, events: host.events) }
    var storage: any StorageService { TestStorageService(pools: host.pools, events: host.events) }
    var interfaces: any InterfaceService { host.interfaces }
    var nodeDevices: any NodeDeviceService { host.nodeDevices }

    var events: any EventSource {
        host.events.source(of: [.domain, .network, .storagePool, .nodeDevice])
    }

    func supports(_ feature: DriverFeature) -> Bool {
        [.remoteEventCallback, .networkUpdateHasCorrectOrder].contains(feature)
    }

    func onClose(_ body: @escaping @Sendable (ConnectCloseReason) -> Void) -> any EventSubscription {
        closeHooks.subscribe { body(.client) }
    }

    func close() async { await closeHooks.run() }
}
