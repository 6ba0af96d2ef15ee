import DriverKit
import HostKit
import LinuxSystem
import Logging
import Virt
import VirtXML

extension NetworkDriver {
    /// Limits a running network's bridge as the network says, with what ports are promised. What was there goes. May wait.
    func limitBridge(
        of network: NetworkDefinition, with ports: some Collection<NetworkPortDefinition> = []
    ) throws(VirtError) {
        guard network.limitsBridge, let bridge = network.bridge?.name else { return }
        if let limit = network.bandwidth?.inbound?.traffic {
            try LinkBandwidth.report(bridge, "htb") { () throws(SystemError) in
                try TrafficControl.share(bridge, limit)
            }
            var done: [NetworkPortDefinition] = []
            for port in ports where port.share != nil {
                done.append(port)
                try promise(to: port, beside: done, on: network, isNew: true)
            }
        }
        if let limits = network.bandwidth?.outbound { try LinkBandwidth.limitReceiving(bridge, limits) }
    }

    /// Limits again a bridge that was made again, or is found.
    func limitAgain(_ network: NetworkDefinition) {
        let ports = network.uuid.flatMap { registry[$0]?.ports.values.map { $0 } } ?? []
        do throws(VirtError) { try limitBridge(of: network, with: ports) } catch {
            log.error("network '\(network.name)' runs, and isn't limited: \(error)")
        }
    }

    /// Takes the limits of a bridge away that is the host's own.
    func unlimitBridge(of network: NetworkDefinition) {
        guard network.limitsBridge, !network.hasOwnBridge, let bridge = network.bridge?.name else { return }
        try? LinkBandwidth.limit(bridge, sending: nil, receiving: nil)
    }

    /// Has the kernel keep to what ports are promised, as one changes.
    ///
    /// - Parameter ports: all that the network has afterwards.
    func promise(
        from old: NetworkPortDefinition?, to new: NetworkPortDefinition?,
        beside ports: [NetworkPortDefinition], on network: NetworkDefinition
    ) throws(VirtError) {
        if old?.share == new?.share { return }
        if let new, new.share != nil {
            return try promise(
                to: new, beside: ports, on: network, isNew: old?.share?.id != new.share?.id)
        }
        guard let share = old?.share, let bridge = network.bridge?.name,
            let limit = network.bandwidth?.inbound?.traffic
        else { return }
        try LinkBandwidth.report(bridge, "htb") { () throws(SystemError) in
            try TrafficControl.withdraw(share.id, on: bridge, of: limit, rest: network.rest(beside: ports))
        }
    }

    private func promise(
        to port: NetworkPortDefinition, beside ports: [NetworkPortDefinition], on network: NetworkDefinition,
        isNew: Bool
    ) throws(VirtError) {
        guard let share = port.share, let bridge = network.bridge?.name,
            let limit = network.bandwidth?.inbound?.traffic
        else { return }
        try LinkBandwidth.report(bridge, "htb") { () throws(SystemError) in
            try TrafficControl.promise(
                share, on: bridge, of: limit, rest: network.rest(beside: ports), isNew: isNew)
        }
    }
}
