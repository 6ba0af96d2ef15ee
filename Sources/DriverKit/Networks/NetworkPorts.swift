import Virt
import VirtXML

/// Who gives guests' cards their places on the host's networks. A card's tap is its guest's driver's own; the network knows
/// the card by its port.
public protocol NetworkPorts: Sendable {
    /// What a port would be once it is made: with all that the network says of it. Nothing is changed.
    ///
    /// - Parameter old: a port that goes when this one comes, and doesn't count.
    /// - Throws: `noNetwork` where there is no such network, `operationInvalid` where it doesn't run.
    func place(
        _ port: NetworkPortDefinition, on network: String, instead old: UUID?
    ) throws(VirtError) -> NetworkPortDefinition

    /// Makes a port that has a place. One that is there already is left as it is.
    func claim(_ port: NetworkPortDefinition, on network: String) async throws(VirtError)

    /// Says anew how much goes through a port, and what it is promised.
    func limit(_ port: UUID, of network: String, to bandwidth: Bandwidth?) async throws(VirtError)

    /// Removes a port. It may be gone already, and the network too.
    func release(_ port: UUID, of network: String) async

    /// Removes the ports of an owner, on all networks, but for these: what a daemon that was killed has left.
    func release(of owner: UUID, but kept: Set<UUID>) async

    /// Has `body` called with a network's name whenever its bridge has been made, with nothing plugged in.
    func onBridge(_ body: @escaping @Sendable (String) async -> Void)

    /// Who has which addresses by the leases of a network; none where it isn't there.
    func leases(of network: String) async -> [NetworkDHCPLease]
}

/// A host without networks.
public struct NoNetworkPorts: NetworkPorts {
    public init() {}

    public func place(
        _ port: NetworkPortDefinition, on network: String, instead old: UUID?
    ) throws(VirtError) -> NetworkPortDefinition {
        throw VirtError(.noNetwork, "no network with matching name '\(network)'", from: .network)
    }

    public func claim(_ port: NetworkPortDefinition, on network: String) async throws(VirtError) {
        _ = try place(port, on: network, instead: nil)
    }

    public func limit(_ port: UUID, of network: String, to bandwidth: Bandwidth?) async throws(VirtError) {
        throw VirtError(.noNetwork, "no network with matching name '\(network)'", from: .network)
    }

    public func release(_ port: UUID, of network: String) async {}
    public func release(of owner: UUID, but kept: Set<UUID>) async {}
    public func onBridge(_ body: @escaping @Sendable (String) async -> Void) {}
    public func leases(of network: String) async -> [NetworkDHCPLease] { [] }
}
