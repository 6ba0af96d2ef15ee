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

    /// Whether the driver has one of the abilities that clients ask for (`VIR_DRV_FEATURE_…`).
    func supports(_ feature: DriverFeature) -> Bool

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
    public func supports(_ feature: DriverFeature) -> Bool { false }
    public func close() async {}
}

/// A driver as the daemon sees it: something that opens URIs.
public protocol Driver: Sendable {
    /// Opens `uri` for one client; nil where the URI is another driver's.
    func open(_ uri: ConnectionURI, readOnly: Bool) async throws(VirtError) -> (any DriverConnection)?
}
