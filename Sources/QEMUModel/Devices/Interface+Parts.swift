import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a network card: what carries its packets, and the device that the guest sees.
    package func parts(of card: InterfaceDevice) throws(ConfigurationError) -> [QEMUPart] {
        if card.type == .hostdev { return try hostCard(card) }
        let id = try alias(of: card.info)
        var (parts, backend) = try backend(of: card, id)
        backend.add("id", "host" + id)
        parts.append(.netdev(backend))
        if isSoldered(card) {
            var text = OptionText("nic")
            text.add("macaddr", card.mac?.address.xml)
            text.add("netdev", "host" + id)
            text.add("model", card.model)
            text.add("id", id)
            parts.append(.option("-net", text))
        } else {
            parts.append(.device(try device(for: card, id)))
        }
        return parts
    }

    /// Whether the board has the card already: those of ARM that are on no bus of virtio's.
    private func isSoldered(_ card: InterfaceDevice) -> Bool {
        guard domain.board.isARM else { return false }
        switch card.info.address?.kind {
        case .pci, .virtioMMIO: return false
        default: return true
        }
    }

    /// A card of the host is handed over as any PCI device is.
    private func hostCard(_ card: InterfaceDevice) throws(ConfigurationError) -> [QEMUPart] {
        guard case .pci(let address)? = card.source.hostdev?.address else { return [] }
        var device = HostdevDevice()
        var pci = PCIHostdev()
        pci.address = address
        device.source = .pci(pci)
        device.info = card.info
        device.teaming = card.teaming
        return try parts(of: device)
    }

    private func backend(
        of card: InterfaceDevice, _ id: String
    ) throws(ConfigurationError) -> ([QEMUPart], JSONObject) {
        switch card.type {
        case .user where card.backend?.type == .passt: return ([], passtStream(id))
        case .user where isServedBySlirp(card): return ([], slirp(id))
        case .user: return ([], user(card))
        case .network, .bridge, .direct, .ethernet: return ([], try tap(card, id))
        case .vhostuser: return try vhostUser(card, id)
        case .client: return ([], ["type": "socket", "connect": .string(socket(card))])
        case .server: return ([], ["type": "socket", "listen": .string(socket(card))])
        case .mcast: return ([], ["type": "socket", "mcast": .string(socket(card))])
        case .udp: return ([], datagrams(card))
        case .vdpa: return try vdpa(card, id)
        case .null, .vds, .internal, .hostdev:
            throw .unsupported(
                "network device type '\(card.type.rawValue)' is not supported by this hypervisor")
        }
    }

    private func socket(_ card: InterfaceDevice) -> String {
        "\(card.source.address ?? ""):\(card.source.port ?? 0)"
    }

    private func datagrams(_ card: InterfaceDevice) -> JSONObject {
        var netdev: JSONObject = ["type": "socket", "udp": .string(socket(card))]
        netdev.add("localaddr", "\(card.source.localAddress ?? ""):\(card.source.localPort ?? 0)")
        return netdev
    }

    private func user(_ card: InterfaceDevice) -> JSONObject {
        var netdev: JSONObject = ["type": "user"]
        for ip in card.ips {
            if ip.family == .ipv6 {
                netdev.add("ipv6-prefix", ip.address)
                netdev.add("ipv6-prefixlen", ip.prefix)
            } else {
                netdev.add("net", ip.prefix.map { "\(ip.address)/\($0)" } ?? ip.address)
            }
        }
        return netdev
    }

    private func slirp(_ id: String) -> JSONObject {
        var netdev: JSONObject = ["type": "socket"]
        netdev.add("fd", resources.slirpDescriptor(id).map { "\($0)" })
        return netdev
    }

    private func passtStream(_ id: String) -> JSONObject {
        var netdev: JSONObject = ["type": "stream"]
        netdev["addr"] = ["type": "unix", "path": .string(resources.passtSocket(id))]
        netdev["server"] = false
        if qemu.schema.has("netdev_add", "stream", "reconnect-ms") {
            netdev["reconnect-ms"] = 5000
        } else if qemu.schema.has("netdev_add", "stream", "reconnect") {
            netdev["reconnect"] = 5
        }
        return netdev
    }

    private func tap(_ card: InterfaceDevice, _ id: String) throws(ConfigurationError) -> JSONObject {
        guard let tap = resources.tap(card, id) else {
            throw .internal("the interface '\(id)' has no connection to the host")
        }
        var netdev: JSONObject = ["type": "tap"]
        if tap.descriptors.count == 1 {
            netdev.add("fd", tap.descriptors.first)
        } else {
            netdev.add("fds", tap.descriptors.joined(separator: ":"))
        }
        if !tap.vhostDescriptors.isEmpty {
            netdev["vhost"] = true
            if tap.vhostDescriptors.count == 1 {
                netdev.add("vhostfd", tap.vhostDescriptors.first)
            } else {
                netdev.add("vhostfds", tap.vhostDescriptors.joined(separator: ":"))
            }
        }
        if let sndbuf = card.sndbuf { netdev["sndbuf"] = JSONValue(sndbuf) }
        return netdev
    }

    private func vhostUser(
        _ card: InterfaceDevice, _ id: String
    ) throws(ConfigurationError) -> ([QEMUPart], JSONObject) {
        var chardev = OptionText("socket")
        chardev.add("id", "char" + id)
        if card.backend?.type == .passt {
            chardev.add("path", resources.passtSocket(id))
            addReconnect(seconds: 5, to: &chardev)
        } else {
            chardev.add("path", card.source.path)
            if card.source.mode == "server" { chardev.add("server", on: true) }
            addReconnect(card.source.reconnect, to: &chardev)
        }
        var netdev: JSONObject = ["type": "vhost-user", "chardev": .string("char" + id)]
        netdev.add("queues", card.driver?.queues.flatMap { $0 > 1 ? $0 : nil })
        return ([.chardev(chardev)], netdev)
    }

    private func vdpa(
        _ card: InterfaceDevice, _ id: String
    ) throws(ConfigurationError) -> ([QEMUPart], JSONObject) {
        guard let set = resources.descriptorSet(id + "-vdpa") else {
            throw .internal("the interface '\(id)' has no connection to the host")
        }
        var netdev: JSONObject = ["type": "vhost-vdpa", "vhostdev": .string(set.path)]
        netdev.add("queues", card.driver?.queues.flatMap { $0 > 1 ? $0 : nil })
        return ([set.part(id + "-vdpa")], netdev)
    }
}
