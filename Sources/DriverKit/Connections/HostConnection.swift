import ByteText
import Virt
import VirtDriver

extension Driver {
    /// Opens `secret:///system` and its like: a connection that has what the driver offers to hypervisors' clients, and nothing
    /// else. Nil for a URI of another driver's.
    ///
    /// - Parameters:
    ///   - path: the path that the driver answers to: `/system`, or `/session` in the daemon of a user.
    ///   - origin: where its errors come from.
    public func openHost(
        _ request: OpenRequest, at path: String, events: EventHub, from origin: ErrorDomain
    ) throws(VirtError) -> (any DriverConnection)? {
        let uri = request.uri
        guard uri.driver.hasSameBytes(as: name) else { return nil }
        guard uri.path.hasSameBytes(as: path) else {
            let message = "unexpected \(name) URI path '\(uri.path)', try \(name)://\(path)"
            throw VirtError(.internalError, message, from: origin)
        }
        var services = HostServices()
        offer(to: &services)
        let bare = BareConnection(hypervisor: BareHypervisor(name, uri), events: events.source(of: []))
        return services.added(to: bare, for: request.client)
    }
}

/// A connection with no guests, before anything is offered to it.
private struct BareConnection: DriverConnection {
    let hypervisor: any HypervisorService
    let events: any EventSource

    func supports(_ feature: DriverFeature) -> Bool { feature == .remoteEventCallback }
}
