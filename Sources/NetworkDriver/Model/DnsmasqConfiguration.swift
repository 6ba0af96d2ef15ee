import ByteText
import Virt
import VirtXML

/// What dnsmasq is told about a network: its configuration and the two files that this names, as libvirt writes them, for
/// a network whose bridge is known.
struct DnsmasqConfiguration {
    let network: NetworkDefinition
    let bridge: String
    /// Where the files are.
    let folder: String
    /// Where dnsmasq writes its number; it writes none without.
    var pidFile: String?

    /// Whether the network needs a dnsmasq at all: it has addresses, and somebody may ask for a name, an address or a route.
    var isNeeded: Bool {
        !network.ips.isEmpty
            && (answersNames || dhcp4 != nil || network.ips.contains { $0.isIPv6 })
    }

    /// Throws what writing any of the files would throw.
    func check() throws(VirtError) { _ = try (text(), hosts(), names()) }

    /// The configuration file.
    ///
    /// - Throws: `configUnsupported` for what dnsmasq can't be told, `xmlError` for text that would be more than one value.
    func text() throws(VirtError) -> String {
        var lines = DnsmasqLines()
        lines.flag("strict-order")
        if !answersNames { lines.flag("port", "0") }
        try addForwarders(&lines)
        try addDomain(&lines)
        if let pidFile { try lines.add("pid-file", [.path(pidFile)]) }
        lines.flag("except-interface", "lo")
        lines.flag("bind-dynamic")
        try lines.add("interface", [.word(bridge)])
        addIsolation(&lines)
        try addRecords(&lines)
        try addDHCP(&lines)
        if hasDHCP { try lines.add("dhcp-hostsfile", [.path(hostsFile)]) }
        if answersNames { try lines.add("addn-hosts", [.path(namesFile)]) }
        if let mtu = network.mtu { lines.flag("dhcp-option", "option:mtu,\(mtu)") }
        try addRouterAdvertisements(&lines)
        for option in network.dnsmasqOptions { try lines.add(line: option.value) }
        return try header() + lines.text
    }

    /// Where the addresses of known hosts are.
    var hostsFile: String { "\(folder)/\(network.name).hostsfile" }
    /// Where more names are.
    var namesFile: String { "\(folder)/\(network.name).addnhosts" }
    /// Where the leases are, which dnsmasq's script keeps.
    var leaseFile: String { "\(folder)/\(bridge).status" }
    /// The configuration's own place.
    var file: String { "\(folder)/\(network.name).conf" }

    private func header() throws(VirtError) -> String {
        try DnsmasqText.check(network.name, "the name")
        return """
            ##WARNING:  THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
            ##OVERWRITTEN AND LOST.  Changes to this configuration should be made using:
            ##    virsh net-edit \(network.name)
            ## or other application using the libvirt API.
            ##
            ## dnsmasq conf file created by libvirt

            """
    }

    private var answersNames: Bool { network.dns?.enable != false }

    private var dhcp4: NetworkIP? { network.ips.first { !$0.isIPv6 && $0.dhcp != nil } }
    private var dhcp6: NetworkIP? { network.ips.first { $0.isIPv6 && $0.dhcp != nil } }
    private var hasDHCP: Bool { dhcp4 != nil || dhcp6 != nil }

    // MARK: Names

    private func addForwarders(_ lines: inout DnsmasqLines) throws(VirtError) {
        let forwarders = network.dns?.forwarders ?? []
        for forwarder in forwarders {
            let address = forwarder.address ?? "#"
            if let domain = forwarder.domain {
                try lines.add("server", [.plain("/"), .domain(domain), .plain("/\(address)")])
            } else {
                lines.flag("server", address)
            }
        }
        if forwarders.contains(where: { $0.domain == nil }) { lines.flag("no-resolv") }
    }

    private func addDomain(_ lines: inout DnsmasqLines) throws(VirtError) {
        if let domain = network.domain, let name = domain.name {
            if domain.localOnly == true {
                try lines.add("local", [.plain("/"), .domain(name), .plain("/")])
            }
            try lines.add("domain", [.domain(name)])
            lines.flag("expand-hosts")
        }
        for ip in network.ips where ip.localPtr == true {
            let domain = try ip.reverseDomain()
            lines.flag("local", "/\(domain)/")
        }
        if network.dns?.forwardPlainNames == false {
            lines.flag("domain-needed")
            lines.flag("local", "//")
        }
    }

    /// Guests of a network that leads nowhere get no route, and ask nobody else for names.
    private func addIsolation(_ lines: inout DnsmasqLines) {
        guard network.forward == nil else { return }
        lines.flag("dhcp-option", "3")
        lines.flag("no-resolv")
        lines.flag("ra-param", "*,0,0")
    }

    private func addRecords(_ lines: inout DnsmasqLines) throws(VirtError) {
        for record in network.dns?.texts ?? [] {
            try lines.add("txt-record", [.word(record.name), .plain(","), .text(record.value ?? "")])
        }
        for record in network.dns?.services ?? [] { try addService(record, &lines) }
    }

    private func addService(_ record: NetworkDNS.Service, _ lines: inout DnsmasqLines) throws(VirtError) {
        var parts: [DnsmasqText] = [
            .plain("_"), .word(record.service), .plain("._"), .word(record.proto),
        ]
        if let domain = record.domain { parts += [.plain("."), .word(domain)] }
        if let target = record.target, !target.hasSameBytes(as: ".") {
            parts += [.plain(","), .word(target), .plain(",\(record.port ?? 1)")]
            if record.priority != nil || record.weight != nil {
                parts.append(.plain(",\(record.priority ?? 0)"))
            }
            if let weight = record.weight { parts.append(.plain(",\(weight)")) }
        }
        try lines.add("srv-host", parts)
    }

    // MARK: Addresses

    private func addDHCP(_ lines: inout DnsmasqLines) throws(VirtError) {
        if let root = network.ips.lazy.compactMap(\.tftpRoot).first {
            lines.flag("enable-tftp")
            try lines.add("tftp-root", [.path(root)])
        }
        guard network.ips.filter({ !$0.isIPv6 && $0.dhcp != nil }).count < 2 else { throw tooMany("IPv4") }
        guard network.ips.filter({ $0.isIPv6 && $0.dhcp != nil }).count < 2 else { throw tooMany("IPv6") }
        for ip in [dhcp4, dhcp6].compactMap({ $0 }) {
            guard let dhcp = ip.dhcp else { continue }
            for range in dhcp.ranges {
                let lease = range.lease.map { ",\($0.dnsmasqText)" } ?? ""
                lines.flag("dhcp-range", "\(range.start),\(range.end),\(ip.dnsmasqNetwork)\(lease)")
            }
            if dhcp.ranges.isEmpty {
                lines.flag(
                    "dhcp-range", "\(ip.address ?? ""),static" + (ip.isIPv6 ? ",\(ip.prefixLength)" : ""))
            }
            if !ip.isIPv6 { try addBoot(dhcp, &lines) }
        }
        let count = network.ips.flatMap { $0.dhcp?.ranges ?? [] }.reduce(0) { $0 + $1.size }
        if count > 0 { lines.flag("dhcp-lease-max", "\(count)") }
    }

    private func addBoot(_ dhcp: NetworkIP.DHCP, _ lines: inout DnsmasqLines) throws(VirtError) {
        lines.flag("dhcp-no-override")
        lines.flag("dhcp-authoritative")
        guard let file = dhcp.bootFile else { return }
        var parts: [DnsmasqText] = [.path(file)]
        if let server = dhcp.bootServer { parts.append(.plain(",,\(server)")) }
        try lines.add("dhcp-boot", parts)
    }

    private func tooMany(_ family: String) -> VirtError {
        VirtError(
            .configUnsupported,
            "Multiple \(family) dhcp sections found -- dhcp is supported only for a single \(family) address on each network",
            from: .network)
    }

    private func addRouterAdvertisements(_ lines: inout DnsmasqLines) throws(VirtError) {
        if dhcp6 != nil { return lines.flag("enable-ra") }
        for ip in network.ips where ip.isIPv6 { lines.flag("dhcp-range", "\(ip.address ?? ""),ra-only") }
    }
}
