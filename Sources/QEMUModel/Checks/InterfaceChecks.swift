import VirtXML

extension DomainDefinition {
    package func check(_ card: InterfaceDevice) throws(ConfigurationError) {
        try checkPlace(card.info)
        try checkModel(of: card)
        try checkAddresses(of: card)
        try checkTeaming(of: card)
        try checkTuning(of: card)
        for (name, size) in [
            ("rx_queue_size", card.driver?.rxQueueSize), ("tx_queue_size", card.driver?.txQueueSize),
        ] {
            if let size, size & (size &- 1) != 0 { throw .unsupported("\(name) has to be a power of two") }
        }
    }

    private func checkModel(of card: InterfaceDevice) throws(ConfigurationError) {
        let type = card.type.rawValue
        if card.type == .vhostuser { try requireSharedMemory("interface") }
        if card.type == .vhostuser || card.type == .vdpa, card.virtioModel == nil {
            throw .unsupported(
                "invalid model for interface of type '\(type)': '\(card.model ?? "")' - must be 'virtio'")
        }
        if card.target?.managed == false, card.type != .ethernet {
            throw .unsupported("unmanaged target dev is not supported on interfaces of type '\(type)'")
        }
        let canBeServed = card.type == .user || card.type == .vhostuser
        if card.backend?.type == .passt, !canBeServed {
            throw .unsupported(
                "The 'passt' backend can only be used with interface type='user' or type='vhostuser'")
        }
        if !card.portForwards.isEmpty, card.backend?.type != .passt || !canBeServed {
            throw .unsupported(
                "The <portForward> element can only be used with the 'passt' backend of interface type='user' or type='vhostuser'"
            )
        }
    }

    /// Only a user network tells the guest where it is.
    private func checkAddresses(of card: InterfaceDevice) throws(ConfigurationError) {
        if !card.routes.isEmpty {
            throw .unsupported(
                "Invalid attempt to set network interface guest-side IP route, not supported by QEMU")
        }
        if card.type == .vdpa || card.ips.isEmpty { return }
        guard card.type == .user || card.backend?.type == .passt else {
            throw .unsupported(
                "Invalid attempt to set network interface guest-side IP address info, not supported by QEMU")
        }
        if card.ips.contains(where: { $0.peer != nil }) {
            throw .unsupported("Invalid attempt to set peer IP for guest")
        }
        for family in [AddressFamily.ipv4, .ipv6] {
            let several = card.ips.filter { $0.family == family }.count > 1
            guard several else { continue }
            throw .unsupported(
                "Only one \(family == .ipv4 ? "IPv4" : "IPv6") address per interface is allowed")
        }
        for ip in card.ips { try check(ip) }
    }

    /// Networks of a size that the server of a user network can be told.
    private func check(_ ip: InterfaceIP) throws(ConfigurationError) {
        guard let prefix = ip.prefix else { return }
        if ip.family == .ipv6, prefix != 64 {
            throw .unsupported("unsupported IPv6 address prefix='\(prefix)' - must be 64")
        }
        if ip.family != .ipv6, !(4...27).contains(prefix) {
            throw .xml("invalid prefix, must be in range of 4-27")
        }
    }

    private func checkTeaming(of card: InterfaceDevice) throws(ConfigurationError) {
        guard let teaming = card.teaming else { return }
        switch teaming.type {
        case .transient where card.type != .hostdev && card.type != .network:
            throw .unsupported(
                "virtio-net teaming transient interface must be type='hostdev', not '\(card.type.rawValue)'")
        case .persistent where card.virtioModel == nil:
            throw .unsupported(
                "virtio-net teaming persistent interface must be <model type='virtio'/>, not '\(card.model ?? "(null)")'"
            )
        default: break
        }
    }

    /// What the host does with the packets, as far as it is in their way.
    private func checkTuning(of card: InterfaceDevice) throws(ConfigurationError) {
        let type = card.type.rawValue
        if card.mtu != nil, ![.network, .bridge, .ethernet, .vhostuser].contains(card.type),
            card.backend?.type != .passt
        {
            throw .unsupported("setting MTU on interface type \(type) is not supported yet")
        }
        if card.coalesceRxFrames != nil, card.type != .network, card.type != .bridge {
            throw .unsupported("coalesce settings on interface type \(type) are not supported")
        }
        if let bandwidth = card.bandwidth {
            if let inbound = bandwidth.inbound, inbound.average == nil, inbound.floor == nil {
                throw .detail("Missing mandatory average or floor attributes")
            }
            if let outbound = bandwidth.outbound, outbound.average == nil {
                throw .detail("Missing mandatory average or floor attributes")
            }
            if bandwidth.inbound?.floor != nil, card.type != .network {
                throw .unsupported("floor attribute is not supported for this config")
            }
        }
        let mac = card.mac?.address.xml ?? ""
        if card.isolated == true {
            if card.type != .network, card.type != .bridge {
                throw .unsupported(
                    "interface \(mac) - <port isolated='yes'/> is not supported for network interfaces with type='\(type)'"
                )
            }
            if card.virtualPort?.type == .openvswitch {
                throw .unsupported(
                    "interface \(mac) - <port isolated='yes'/> is not supported for network interfaces with virtualport type='openvswitch'"
                )
            }
        }
    }
}
