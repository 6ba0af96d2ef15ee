import Virt

/// What a host has beside its hypervisors, and what a connection to any of them gives its client too. What nobody has
/// offered is nil, and the hypervisor's own is there instead.
public struct HostServices: Sendable {
    /// A service as a client sees it.
    public typealias Service<Value> = @Sendable (Client) -> Value

    public var networks: Service<any NetworkService>?
    public var storage: Service<any StorageService>?
    public var nodeDevices: Service<any NodeDeviceService>?
    public var interfaces: Service<any InterfaceService>?
    public var secrets: Service<any SecretService>?
    public var nwfilters: Service<any NWFilterService>?

    public init() {}

    /// A connection with these services in it, where they stand before its own.
    public func added(to own: any DriverConnection, for client: Client) -> any DriverConnection {
        ComposedConnection(own: own, services: self, client: client)
    }

    /// The sorts of objects whose events come with them.
    var subjects: Set<EventSubject> {
        var subjects: Set<EventSubject> = []
        if networks != nil { subjects.insert(.network) }
        if storage != nil { subjects.insert(.storagePool) }
        if nodeDevices != nil { subjects.insert(.nodeDevice) }
        if secrets != nil { subjects.insert(.secret) }
        return subjects
    }
}

/// A hypervisor's connection with the services of its host in it.
struct ComposedConnection: DriverConnection {
    let own: any DriverConnection
    let services: HostServices
    let client: Client

    var hypervisor: any HypervisorService { own.hypervisor }
    var networks: any NetworkService { services.networks?(client) ?? own.networks }
    var storage: any StorageService { services.storage?(client) ?? own.storage }
    var nodeDevices: any NodeDeviceService { services.nodeDevices?(client) ?? own.nodeDevices }
    var interfaces: any InterfaceService { services.interfaces?(client) ?? own.interfaces }
    var secrets: any SecretService { services.secrets?(client) ?? own.secrets }
    var nwfilters: any NWFilterService { services.nwfilters?(client) ?? own.nwfilters }
    var events: any EventSource { own.events.adding(services.subjects) }

    func supports(_ feature: DriverFeature) -> Bool { own.supports(feature) }
    func setKeepalive(interval: Duration, count: Int) { own.setKeepalive(interval: interval, count: count) }
    func onClose(_ body: @escaping @Sendable (ConnectCloseReason) -> Void) -> any EventSubscription {
        own.onClose(body)
    }
    func close() async { await own.close() }
}
