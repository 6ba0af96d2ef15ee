import Virt

/// What a driver gives a client that opened its URI: the services that it has.
///
/// A driver conforms with what it supports; the rest answers "not supported".
public protocol DriverConnection: Sendable {
    var hypervisor: any HypervisorService { get }
    var networks: any NetworkService { get }
    var storage: any StorageService { get }
    var nodeDevices: any NodeDeviceService { get }
    var interfaces: any InterfaceService { get }
    var secrets: any SecretService { get }
    var nwfilters: any NWFilterService { get }

    /// What happens to its objects.
    var events: any EventSource { get }

    /// Whether the host's own services are its clients' too: so it is where guests run on this host.
    var takesHostServices: Bool { get }

    /// The connection as the driver opened it, without what others have put into it.
    var own: any DriverConnection { get }

    /// Whether the driver has one of the abilities that clients ask for (`VIR_DRV_FEATURE_…`).
    func supports(_ feature: DriverFeature) -> Bool

    /// Asks the other side for signs of life; there is none in process.
    func setKeepalive(interval: Duration, count: Int)

    /// Calls `body` once when the connection ends, whether by itself or because its client closed it (`.client`), unless
    /// the subscription ends before.
    @discardableResult
    func onClose(_ body: @escaping @Sendable (ConnectCloseReason) -> Void) -> any EventSubscription

    /// The client has gone: what belonged to it is given up (guests with autodestroy, held consoles).
    func close() async
}

extension DriverConnection {
    public var networks: any NetworkService { UnsupportedNetworkService() }
    public var storage: any StorageService { UnsupportedStorageService() }
    public var nodeDevices: any NodeDeviceService { UnsupportedNodeDeviceService() }
    public var interfaces: any InterfaceService { UnsupportedInterfaceService() }
    public var secrets: any SecretService { UnsupportedSecretService() }
    public var nwfilters: any NWFilterService { UnsupportedNWFilterService() }
    public var events: any EventSource { NoEvents() }
    public var takesHostServices: Bool { false }
    public var own: any DriverConnection { self }
    public func supports(_ feature: DriverFeature) -> Bool { false }
    public func setKeepalive(interval: Duration, count: Int) {}
    public func onClose(_ body: @escaping @Sendable (ConnectCloseReason) -> Void) -> any EventSubscription {
        Subscription()
    }
    public func close() async {}
}
