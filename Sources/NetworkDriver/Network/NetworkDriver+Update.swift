import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

extension NetworkDriver {
    /// Changes what a network is now, the next time, or both; what serves it now learns of it.
    ///
    /// - Parameters:
    ///   - flags: neither means what counts now.
    ///   - told: what tells of the change, once it is made.
    func change(
        _ reference: NetworkReference, _ flags: NetworkUpdateFlags, telling told: Event? = nil,
        _ body: @escaping @Sendable (inout NetworkDefinition) throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await change(reference) { (network, events) throws(VirtError) in
            let places = try flags.places(isActive: network.isActive, isPersistent: network.isPersistent)
            // Both are known to be possible before either is kept.
            let next = try self.changed(places.contains(.config) ? network.persistent : nil, body)
            let live = try self.changed(places.contains(.live) ? network.live : nil, body)
            if let next {
                try self.definitions.save(next, as: next.name)
                network.persistent = next
            }
            if let live { try self.apply(live, to: &network) }
            if let told { events.append(told) }
        }
    }

    /// A document after a change that dnsmasq can be told of; nil where there is none.
    private func changed(
        _ definition: NetworkDefinition?, _ body: (inout NetworkDefinition) throws(VirtError) -> Void
    ) throws(VirtError) -> NetworkDefinition? {
        guard var definition else { return nil }
        try body(&definition)
        try configuration(of: definition).check()
        return definition
    }

    /// Makes the host what a running network is from now on.
    private func apply(_ new: NetworkDefinition, to network: inout LocalNetwork) throws(VirtError) {
        guard let old = network.live else { return }
        network.live = new
        try keepRecord(of: new)
        guard new.hasOwnBridge else { return }
        let (before, after) = (configuration(of: old), configuration(of: new))
        if try before.text() != after.text() {
            // dnsmasq reads its configuration only as it starts.
            network.server?.stop()
            try serve(&network, as: new)
        } else {
            let isSame = (try before.hosts(), try before.names()) == (try after.hosts(), try after.names())
            if !isSame { try NameServer.reload(after, network.server) }
        }
        if old.forward != new.forward {
            registry.put(network)
            try firewall.set(running())
        }
    }
}
