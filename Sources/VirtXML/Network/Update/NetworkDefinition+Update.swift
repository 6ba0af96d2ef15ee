import Virt
import XMLBinding

extension NetworkDefinition {
    /// Changes one entry of a part of the network: adds it, replaces the one that it is for, or removes it.
    ///
    /// - Parameters:
    ///   - parentIndex: which of the network's `<ip>` elements an entry for DHCP belongs to; -1 for the first
    ///     that serves DHCP.
    ///   - xml: the entry. To remove one it needs no more than what tells it from the others.
    /// - Throws: `operationInvalid` where the entry is there already, or isn't there; `noSupport` for parts that
    ///   can't be changed so. The network is as before then. C: `virNetworkUpdate`.
    public mutating func update(
        _ command: NetworkUpdateCommand, _ section: NetworkUpdateSection, parentIndex: Int32 = -1, xml: String
    ) throws(XMLError) {
        guard [.modify, .delete, .addFirst, .addLast].contains(command) else {
            throw XMLError(
                .operationUnsupported, "unrecognized network update command code \(command.rawValue)")
        }
        var change = NetworkChange(command: command, xml: xml, network: name)
        switch section {
        case .ipDhcpHost:
            try update(dhcp: parentIndex) { (dhcp, ip) throws(XMLError) in
                change.ip = ip
                try change.apply(to: &dhcp.hosts)
            }
        case .ipDhcpRange:
            try update(dhcp: parentIndex) { (dhcp, ip) throws(XMLError) in
                change.ip = ip
                try change.apply(to: &dhcp.ranges)
            }
        case .forwardInterface: try updateForward(change)
        case .portgroup: try change.apply(to: &portgroups)
        case .dnsHost, .dnsTxt, .dnsSrv: try updateDNS(change, section)
        default: throw unsupported(section)
        }
    }

    private func unsupported(_ section: NetworkUpdateSection) -> XMLError {
        let names: [NetworkUpdateSection: String] = [
            .bridge: "bridge", .domain: "domain", .ip: "ip", .forward: "forward", .forwardPf: "forward pf",
        ]
        guard let name = names[section] else {
            return XMLError(
                .operationUnsupported,
                "unrecognized section code \(section.rawValue) when updating network '\(self.name)'")
        }
        return XMLError(
            .operationUnsupported, "can't update '\(name)' section of network '\(self.name)'")
    }

    private mutating func updateForward(_ change: NetworkChange) throws(XMLError) {
        var new = forward ?? NetworkForward()
        try change.apply(to: &new.interfaces)
        new.dev = new.interfaces.first?.dev
        if forward != nil || !new.interfaces.isEmpty { forward = new }
    }

    /// Without entries left there is no `<dns>`, unless it says something else.
    private mutating func updateDNS(
        _ change: NetworkChange, _ section: NetworkUpdateSection
    ) throws(XMLError) {
        var new = dns ?? NetworkDNS()
        switch section {
        case .dnsHost: try change.apply(to: &new.hosts)
        case .dnsTxt: try change.apply(to: &new.texts)
        default: try change.apply(to: &new.services)
        }
        dns = new == NetworkDNS() ? nil : new
    }

    private mutating func update(
        dhcp parentIndex: Int32, _ body: (inout NetworkIP.DHCP, NetworkIP) throws(XMLError) -> Void
    ) throws(XMLError) {
        guard let index = ipIndex(parentIndex) else {
            throw XMLError(
                .operationInvalid,
                "couldn't update dhcp host entry - no <ip> element found at index \(parentIndex) "
                    + "in network '\(name)'")
        }
        var dhcp = ips[index].dhcp ?? NetworkIP.DHCP()
        try body(&dhcp, ips[index])
        try checkSingleDHCP(index, dhcp)
        ips[index].dhcp = dhcp == NetworkIP.DHCP() ? nil : dhcp
    }

    private func ipIndex(_ parentIndex: Int32) -> Int? {
        if parentIndex >= 0 { return ips.indices.contains(Int(parentIndex)) ? Int(parentIndex) : nil }
        return ips.firstIndex { $0.dhcp != nil } ?? ips.firstIndex { $0.usedFamily == .ipv4 }
            ?? ips.indices.first
    }

    /// One address of a family serves DHCP, not several.
    private func checkSingleDHCP(_ index: Int, _ dhcp: NetworkIP.DHCP) throws(XMLError) {
        guard !dhcp.hosts.isEmpty || !dhcp.ranges.isEmpty else { return }
        let family = ips[index].usedFamily
        for other in ips.indices where other != index && ips[other].usedFamily == family {
            guard ips[other].dhcp.map({ !$0.hosts.isEmpty || !$0.ranges.isEmpty }) == true else { continue }
            throw XMLError(
                .operationInvalid,
                "dhcp is supported only for a single \(family == .ipv4 ? "IPv4" : "IPv6") address on each network"
            )
        }
    }
}

extension NetworkIP {
    /// The family that the address is of if the document doesn't say.
    var usedFamily: AddressFamily {
        family ?? (address?.utf8.contains(UInt8(ascii: ":")) == true ? .ipv6 : .ipv4)
    }
}
