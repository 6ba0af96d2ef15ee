import ByteText
import VirtXML

extension HostInterfaceDefinition {
    /// The interface that `ifupdown` would set up.
    ///
    /// - Parameter stanzas: all that is said of it.
    init(_ name: String, _ stanzas: [IfupdownStanza]) {
        self.init()
        self.name = name
        func option(_ name: String) -> String? { stanzas.lazy.compactMap { $0[name] }.first }
        mtu = option("mtu").flatMap { UInt32($0) }
        if let ports = option("bridge-ports") {
            type = .bridge
            bridge = Bridge(ports, stp: option("bridge-stp"), delay: option("bridge-fd"))
        } else if option("bond-slaves") != nil || option("bond-mode") != nil {
            type = .bond
            bond = Bond(option)
        } else if let device = option("vlan-raw-device") {
            type = .vlan
            var tag = VLANTag()
            tag.interfaceName = device
            tag.tag = option("vlan-id") ?? name.cut(atLastByte: ".").map { String($0.after) } ?? ""
            vlan = tag
        }
        protocols = ["inet", "inet6"].compactMap { family in
            IPProtocol(family, stanzas.filter { $0.family.hasSameBytes(as: family) })
        }
    }
}

extension HostInterfaceDefinition.Bridge {
    fileprivate init(_ ports: String, stp: String?, delay: String?) {
        self.init()
        self.stp = stp.map { ["on", "yes"].contains($0) }
        self.delay = delay
        let names = ports.splitAtBlanks().filter { !$0.hasSameBytes(as: "none") }
        interfaces = names.map { HostInterfaceDefinition(String($0), []) }
    }
}

extension HostInterfaceDefinition.Bond {
    fileprivate init(_ option: (String) -> String?) {
        self.init()
        mode = option("bond-mode")
        if let frequency = option("bond-miimon").flatMap({ UInt32($0) }), frequency > 0 {
            var monitor = HostInterfaceDefinition.MIIMonitor()
            monitor.frequency = frequency
            monitor.upDelay = option("bond-updelay").flatMap { UInt32($0) }
            monitor.downDelay = option("bond-downdelay").flatMap { UInt32($0) }
            miimon = monitor
        } else if let interval = option("bond-arp-interval").flatMap({ UInt32($0) }) {
            var monitor = HostInterfaceDefinition.ARPMonitor()
            monitor.interval = interval
            monitor.target = option("bond-arp-ip-target") ?? ""
            monitor.validate = option("bond-arp-validate")
            arpmon = monitor
        }
        let names = (option("bond-slaves") ?? "").splitAtBlanks().filter { !$0.hasSameBytes(as: "none") }
        interfaces = names.map { HostInterfaceDefinition(String($0), []) }
    }
}

extension HostInterfaceDefinition.IPProtocol {
    /// Nil where nothing is said of the family.
    fileprivate init?(_ family: String, _ stanzas: [IfupdownStanza]) {
        let shown = stanzas.filter { !$0.method.hasSameBytes(as: "manual") }
        if shown.isEmpty { return nil }
        self.init()
        self.family = family.hasSameBytes(as: "inet6") ? .ipv6 : .ipv4
        for stanza in shown {
            switch stanza.method {
            case "dhcp": dhcp = HostInterfaceDefinition.DHCP()
            case "auto": autoconf = true
            default:
                guard let address = stanza["address"] else { continue }
                let parts = address.split(atByte: "/")
                var ip = HostInterfaceDefinition.IP()
                ip.address = parts.first.map { String($0) }
                let mask = stanza["netmask"]
                ip.prefix =
                    parts.dropFirst().first.flatMap { Int32($0) } ?? mask.flatMap { Int32($0) }
                    ?? mask.flatMap { IPAddress($0)?.maskLength }.map { Int32(clamping: $0) }
                ips.append(ip)
                gateway = gateway ?? stanza["gateway"]
            }
        }
    }
}
