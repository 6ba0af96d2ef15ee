import DriverKit

/// Where the driver's files are.
public struct NetworkPlaces: Sendable {
    /// Definitions, and links to those that start with the host.
    public var definitions: String
    /// What lasts as long as the host is up: what the running networks are.
    public var run: String
    /// What dnsmasq is told, and what it says of leases.
    public var servers: String
    /// The program that dnsmasq tells of leases; nil where it is missing.
    public var leaseHelper: String?

    public init(_ layout: StateLayout, leaseHelper: String?) {
        definitions = layout.configuration + "/qemu/networks"
        run = layout.run + "/network"
        servers = layout.library + "/dnsmasq"
        self.leaseHelper = leaseHelper
    }
}
