import VirtXML

extension DomainDefinition {
    package func check(_ card: InterfaceDevice) throws(ConfigurationError) {
        try checkAssigned(card.info)
        try checkCable(of: card)
        try checkIsolation(of: card)
        try checkBackend(of: card)
        try checkInfo(card.info)
        try checkAddresses(of: card)
        try checkModel(of: card)
        for (name, size) in [
            ("rx_queue_size", card.driver?.rxQueueSize), ("tx_queue_size", card.driver?.txQueueSize),
        ] {
            if let size, size & (size &- 1) != 0 { throw .unsupported("\(name) has to be a power of two") }
        }
        try checkTuning(of: card)
    }

    /// What no hypervisor's card may be: the host's end of it, and the card that it stands in for.
    private func checkCable(of card: InterfaceDevice) throws(ConfigurationError) {
        let type = card.type.rawValue
        if card.type != .ethernet, !card.source.ips.isEmpty || !card.source.routes.isEmpty {
            throw .unsupported(
                "Invalid attempt to set network interface host-side IP route and/or address info on interface of type '\(type)'. This is only supported on interfaces of type 'ethernet'"
            )
        }
        if card.target?.managed == false, card.type != .ethernet {
            throw .unsupported("unmanaged target dev is not supported on interfaces of type '\(type)'")
        }
        guard let teaming = card.teaming else { return }
        if teaming.type == .transient, teaming.persistent == nil {
            throw .unsupported("teaming persistent attribute must be set if teaming type is 'transient'")
        }
        if teaming.type == .persistent, teaming.persistent != nil {
            throw .unsupported("teaming persistent attribute not allowed if teaming type is 'persistent'")
        }
    }

    /// What another process serves has a socket, and only virtio's cards can be served so.
    private func checkModel(of card: InterfaceDevice) throws(ConfigurationError) {
        let type = card.type.rawValue, source = card.source
        if card.type == .vhostuser {
            if card.backend?.type != .passt {
                if source.path == nil {
                    throw .xml("Missing required attribute 'path' in element 'source'")
                }
                if source.mode == "server", source.reconnect != nil {
                    throw .unsupported(
                        "'reconnect' attribute is not supported when source mode='server' for <interface type='vhostuser'>"
                    )
                }
            }
            try requireSharedMemory("interface")
        }
        if card.type == .vhostuser || card.type == .vdpa, card.virtioModel == nil {
            throw .unsupported(
                "invalid model for interface of type '\(type)': '\(card.knownModel)' - must be 'virtio'")
        }
    }

    /// What carries the packets, where it isn't QEMU or the kernel.
    private func checkBackend(of card: InterfaceDevice) throws(ConfigurationError) {
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
        if card.ips.isEmpty { return }
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
        try checkTeaming(of: card)
        if card.coalesceRxFrames != nil, card.type != .network, card.type != .bridge {
            throw .unsupported("coalesce settings on interface type \(type) are not supported")
        }
    }

    /// Ports of one switch that don't hear each other.
    private func checkIsolation(of card: InterfaceDevice) throws(ConfigurationError) {
        guard card.isolated == true else { return }
        let mac = card.mac?.address.xml ?? ""
        if card.type != .network, card.type != .bridge {
            throw .unsupported(
                "interface \(mac) - <port isolated='yes'/> is not supported for network interfaces with type='\(card.type.rawValue)'"
            )
        }
        if let port = card.virtualPort?.type, port != VirtualPort.Kind.none {
            throw .unsupported(
                "interface \(mac) - <port isolated='yes'/> is not supported for network interfaces with virtualport type='\(port.rawValue)'"
            )
        }
    }
}
