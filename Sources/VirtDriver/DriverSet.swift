import Virt

/// The drivers of a host, and what they are together: each opens its own URIs, and what some offer is in the connections of
/// the others.
public struct DriverSet: Sendable {
    private let drivers: [any Driver]
    private let services: HostServices

    /// - Parameter drivers: in the order in which they start. The first that knows a URI opens it.
    public init(_ drivers: [any Driver]) {
        self.drivers = drivers
        services = drivers.reduce(into: HostServices()) { $1.offer(to: &$0) }
    }

    /// Opens a URI for a client.
    ///
    /// - Throws: `noConnect` where no driver knows it.
    public func open(_ request: OpenRequest) async throws(VirtError) -> any DriverConnection {
        for driver in drivers {
            guard let opened = try await driver.open(request) else { continue }
            guard opened.takesHostServices else { return opened }
            return services.added(to: opened, for: request.client)
        }
        throw VirtError(.noConnect, request.uri.description)
    }

    /// Starts the drivers, one after the other.
    ///
    /// - Parameter report: is told of those that can't start and whose part of the host is missing from now on.
    /// - Throws: where one of them is indispensable.
    public func start(
        report: (_ driver: String, _ error: VirtError) -> Void
    ) async throws(VirtError) {
        for driver in drivers {
            do throws(VirtError) {
                try await driver.start()
            } catch {
                if driver.isIndispensable { throw error }
                report(driver.name, error)
            }
        }
    }

    /// Starts what is to start with the host: in the same order, since guests need what the host has.
    public func autostart() async {
        for driver in drivers { await driver.autostart() }
    }

    /// Whether something runs that one of them looks after.
    public var isActive: Bool { drivers.contains { $0.isActive } }

    /// The daemon ends: the other way round.
    public func stop() async {
        for driver in drivers.reversed() { await driver.stop() }
    }
}
