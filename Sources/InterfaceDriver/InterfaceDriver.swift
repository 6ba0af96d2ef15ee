import DriverKit
import LinuxSystem
import Logging
import Virt
import VirtDriver
import VirtXML

/// The driver of a host's network interfaces, for `interface:///system` and for every hypervisor's connections.
///
/// What the host shows is read at each call. Where `ifupdown` sets up the host's interfaces they can be defined, started
/// and stopped; elsewhere that isn't supported.
public final class InterfaceDriver: Driver {
    let links: HostLinks
    let ifupdown: Ifupdown?
    let events: EventHub
    public let name = "interface"
    private let uriPath: String

    /// - Parameters:
    ///   - tree: where the links are, and `/etc/network`.
    ///   - library: where the files are kept that a change began with.
    ///   - uriPath: `/system`, or `/session` in the daemon of a user.
    public init(tree: DeviceTree = DeviceTree(), library: String, uriPath: String, events: EventHub) {
        links = HostLinks(tree: tree)
        ifupdown = uriPath == "/system" ? Ifupdown(root: tree.root, kept: library + "/interfaces") : nil
        (self.uriPath, self.events) = (uriPath, events)
    }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        try openHost(request, at: uriPath, events: events, from: .interface)
    }

    /// Every hypervisor's clients see the interfaces.
    public func offer(to services: inout HostServices) {
        services.interfaces = { _ in LocalInterfaceService(driver: self) }
    }
}
