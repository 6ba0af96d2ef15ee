import ByteText
import LinuxSystem
import Virt
import VirtXML

extension HostInterfaceDefinition {
    /// The definition as a file of `ifupdown`'s. All that comes from the document is checked to be what it stands for, so that
    /// nothing in it becomes a line of its own.
    func ifupdownText() throws(VirtError) -> String {
        let name = try Self.link(name)
        var text = "# \(name), as it was defined by way of roostd\n"
        switch startMode {
        case .onboot?, nil: text += "auto \(name)\n"
        case .hotplug?: text += "allow-hotplug \(name)\n"
        case .none?: break
        }
        return text + (try stanzas() + partStanzas()).map(\.text).joined(separator: "\n")
    }

    /// What is said of the interface itself; what its link is like stands in the first.
    private func stanzas() throws(VirtError) -> [IfupdownStanza] {
        let name = try Self.link(name)
        var found = try protocols.map { (spoken) throws(VirtError) in try spoken.stanzas(name) }.flatMap {
            $0
        }
        if found.isEmpty { found = [IfupdownStanza(name, "inet", "manual")] }
        if let mtu, ["dhcp", "auto"].contains(found[0].method) {
            found[0].add("post-up", "ip link set dev \(name) mtu \(mtu)")
        } else {
            found[0].add("mtu", mtu.map { "\($0)" })
        }
        try describeLink(&found[0])
        return found
    }

    private func describeLink(_ stanza: inout IfupdownStanza) throws(VirtError) {
        if let bridge {
            stanza.add("bridge_ports", try Self.names(bridge.interfaces))
            stanza.add("bridge_stp", bridge.stp.map { $0 ? "on" : "off" })
            stanza.add("bridge_fd", try bridge.delay.map(Self.number))
        }
        if let bond {
            stanza.add("bond-slaves", try Self.names(bond.interfaces))
            stanza.add("bond-mode", bond.mode)
            if let monitor = bond.miimon {
                stanza.add("bond-miimon", "\(monitor.frequency)")
                stanza.add("bond-updelay", monitor.upDelay.map { "\($0)" })
                stanza.add("bond-downdelay", monitor.downDelay.map { "\($0)" })
            }
            if let monitor = bond.arpmon {
                stanza.add("bond-arp-interval", "\(monitor.interval)")
                stanza.add("bond-arp-ip-target", try Self.addresses(monitor.target))
                stanza.add("bond-arp-validate", monitor.validate)
            }
        }
        if let vlan {
            guard let tag = UInt16(vlan.tag), tag < 4095 else { throw Self.refused("VLAN tag '\(vlan.tag)'") }
            stanza.add("vlan-raw-device", try Self.link(vlan.interfaceName))
            stanza.add("vlan-id", "\(tag)")
        }
    }

    /// What is said of bonds and VLANs that a bridge is made of.
    private func partStanzas() throws(VirtError) -> [IfupdownStanza] {
        let parts = (bridge?.interfaces ?? []).filter { $0.type != .ethernet }
        return try parts.map { (part) throws(VirtError) in try part.stanzas() }.flatMap { $0 }
    }

    // MARK: Checked text

    static func link(_ name: String?) throws(VirtError) -> String {
        guard let name, NetworkLinks.isName(name), !name.hasBytePrefix("#") else {
            throw refused("interface name '\(name ?? "")'")
        }
        return name
    }

    private static func names(_ parts: [HostInterfaceDefinition]) throws(VirtError) -> String {
        let names = try parts.map { (part) throws(VirtError) in try link(part.name) }
        return names.isEmpty ? "none" : names.joined(separator: " ")
    }

    private static func number(_ text: String) throws(VirtError) -> String {
        guard !text.isEmpty, text.consists(ofBytesIn: "0123456789.") else {
            throw refused("number '\(text)'")
        }
        return text
    }

    private static func addresses(_ text: String) throws(VirtError) -> String {
        let parts = text.replacing(byte: ",", with: " ").splitAtBlanks()
        for part in parts where IPAddress(String(part)) == nil { throw refused("address '\(part)'") }
        return parts.joined(separator: ",")
    }

    static func refused(_ what: String) -> VirtError {
        VirtError(.configUnsupported, "invalid \(what)", from: .interface)
    }
}

extension HostInterfaceDefinition.IPProtocol {
    fileprivate func stanzas(_ name: String) throws(VirtError) -> [IfupdownStanza] {
        let word = family == .ipv6 ? "inet6" : "inet"
        var found: [IfupdownStanza] = []
        if dhcp != nil { found.append(IfupdownStanza(name, word, "dhcp")) }
        if autoconf { found.append(IfupdownStanza(name, word, "auto")) }
        for ip in ips {
            guard let text = ip.address, let address = IPAddress(text), address.family == family,
                (0...(family == .ipv6 ? 128 : 32)).contains(ip.prefix ?? 0)
            else { throw HostInterfaceDefinition.refused("address '\(ip.address ?? "")'") }
            var stanza = IfupdownStanza(name, word, "static")
            stanza.add("address", ip.prefix.map { "\(text)/\($0)" } ?? text)
            found.append(stanza)
        }
        if let gateway {
            guard IPAddress(gateway)?.family == family else {
                throw HostInterfaceDefinition.refused("gateway '\(gateway)'")
            }
            if let place = found.firstIndex(where: { $0.method == "static" }) {
                found[place].add("gateway", gateway)
            }
        }
        return found
    }
}
