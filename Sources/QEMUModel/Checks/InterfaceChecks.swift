import VirtXML

extension DomainDefinition {
    package func check(_ card: InterfaceDevice) throws(ConfigurationError) {
        try checkModel(of: card)
        try checkAddresses(of: card)
        try checkTeaming(of: card)
        try checkTuning(of: card)
        try checkSwitch(of: card)
        for (name, size) in [
            ("rx_queue_size", card.driver?.rxQueueSize), ("tx_queue_size", card.driver?.txQueueSize),
        ] {
            if let size, size & (size &- 1) != 0 { throw .unsupported("\(name) has to be a power of two") }
        }
    }

    private func checkModel(of card: InterfaceDevice) throws(ConfigurationError) {
        let isVirtio = card.virtioModel != nil
        if card.type == .vhostuser, !isVirtio {
            throw .internal(
                "Wrong or no <model> 'type' attribute specified with <interface type='vhostuser'/>. vhostuser requires the virtio-net* frontend"
            )
        }
        if card.type == .vdpa, !isVirtio {
            throw .unsupported(
                "invalid model for interface of type 'vdpa': '\(card.model ?? "")'")
        }
        if card.type == .bridge, card.source.bridge == nil {
            throw .xml("interface type='bridge' requires a 'source' element")
        }
        if card.target?.managed == false, card.type != .ethernet {
            throw .unsupported(
                "unmanaged target dev is not supported on interfaces of type '\(card.type.rawValue)'")
        }
    }

    /// Only a user network tells the guest where it is.
    private func checkAddresses(of card: InterfaceDevice) throws(ConfigurationError) {
        for ip in card.ips {
            let isIPv6 = ip.family == .ipv6
            if let prefix = ip.prefix, prefix > (isIPv6 ? 128 : 32) {
                throw .xml("Invalid prefix value '\(prefix)' in <ip>")
            }
        }
        if card.type == .vdpa { return }
        guard card.type == .user || card.backend?.type == .passt else {
            if !card.ips.isEmpty || !card.routes.isEmpty {
                throw .unsupported(
                    "Invalid attempt to set network interface guest-side IP route and/or address info, not supported by QEMU"
                )
            }
            return
        }
        if !card.routes.isEmpty {
            throw .unsupported(
                "Invalid attempt to set network interface guest-side IP route, not supported by QEMU")
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
    }

    private func checkTeaming(of card: InterfaceDevice) throws(ConfigurationError) {
        guard let teaming = card.teaming else { return }
        switch teaming.type {
        case .transient where card.type != .hostdev && card.type != .network:
            throw .unsupported(
                "virtio-net teaming transient interface must be type='hostdev', not '\(card.type.rawValue)'")
        case .persistent where card.virtioModel == nil:
            throw .unsupported(
                "virtio-net teaming persistent interface must be <model type='virtio'/>, not '\(card.model ?? "")'"
            )
        default: break
        }
    }

    /// What the host does with the packets, as far as it is in their way.
    private func checkTuning(of card: InterfaceDevice) throws(ConfigurationError) {
        let type = card.type.rawValue
        if card.coalesceRxFrames != nil, card.type != .network, card.type != .bridge {
            throw .unsupported("coalesce settings on interface type \(type) are not supported")
        }
        if let bandwidth = card.bandwidth {
            if let inbound = bandwidth.inbound, inbound.average == nil, inbound.floor == nil {
                throw .detail("Missing mandatory average or floor attributes")
            }
            if let outbound = bandwidth.outbound, outbound.average == nil {
                throw .detail("Missing mandatory average attribute")
            }
            if bandwidth.inbound?.floor != nil, card.type != .network {
                throw .unsupported("floor attribute is not supported for this config")
            }
        }
        if card.isolated != nil, card.type != .network, card.type != .bridge {
            throw .unsupported(
                "interface \(card.mac?.address.xml ?? "") - <port isolated='yes'/> is not supported for network interfaces with type='\(type)'"
            )
        }
    }

    private func checkSwitch(of card: InterfaceDevice) throws(ConfigurationError) {
        guard let port = card.virtualPort else { return }
        switch card.type {
        case .network, .bridge, .direct, .hostdev, .ethernet: break
        default:
            throw .unsupported(
                "<virtualport> element unsupported for <interface type='\(card.type.rawValue)'>")
        }
        // What a network's port is told, its network may add to.
        if card.type == .network { return }
        switch port.type {
        case .qbh where port.profileID == nil:
            throw .xml("missing profileid in <virtualport type='802.1Qbh'>")
        case .midonet where port.interfaceID == nil:
            throw .xml("missing interfaceid in <virtualport type='midonet'>")
        default: break
        }
    }
}
