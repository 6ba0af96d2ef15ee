import Virt

/// A driver: something that opens URIs. What it does beside that has defaults that do nothing.
public protocol Driver: Sendable {
    /// What it is called in messages and logs.
    var name: String { get }

    /// Whether nobody is to be served where it can't start.
    var isIndispensable: Bool { get }

    /// Reads what is kept and takes up what runs, before any client is served.
    func start() async throws(VirtError)

    /// Starts what is to start with the host, while clients are served already.
    func autostart() async

    /// Whether something of it runs, so that the daemon isn't to end for want of clients.
    var isActive: Bool { get }

    /// The daemon ends. What runs goes on, and is taken up by the next one.
    func stop() async

    /// Adds what it has for a host's hypervisors: their clients find it in their connections.
    func offer(to services: inout HostServices)

    /// Opens a URI for one client; nil where the URI is another driver's.
    func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)?
}

extension Driver {
    public var isIndispensable: Bool { false }
    public func start() async throws(VirtError) {}
    public func autostart() async {}
    public var isActive: Bool { false }
    public func stop() async {}
    public func offer(to services: inout HostServices) {}
}
