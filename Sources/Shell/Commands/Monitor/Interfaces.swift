import ByteText
import Roost
import Virt

extension CommandOption {
    fileprivate static let nic = Completer.domainXML(
        "./devices/interface/target/@dev", "./devices/interface/mac/@address")
}

extension Command {
    static let domiflist = Command(
        "domiflist", "list all domain virtual interfaces",
        description: "List the network interfaces of a domain.",
        options: [.domain, .flag("inactive", "as of the next start"), .json]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let xml = try XMLQuery(try await domain.xmlDesc(flags: arguments.has("inactive") ? .inactive : []))
        var table = Table("Interface", "Type", "Source", "Model", "MAC")
        for nic in try xml.nodes("./devices/interface") {
            let type = nic.attribute("type") ?? ""
            table.add(cells: [
                .text(nic.string("./target/@dev"), without: "-"), .text(type),
                .text(source(of: nic, type), without: "-"), .text(nic.string("./model/@type"), without: "-"),
                .text(nic.string("./mac/@address"), without: "-"),
            ])
        }
        session.output.print(table)
    }

    static let domifGetlink = Command(
        "domif-getlink", "get link state of a virtual interface",
        description: "Print whether the cable is plugged in.",
        options: [
            .domain, .required("interface", "device or MAC address", complete: CommandOption.nic),
            .alias("persistent", for: "config"), .flag("config", "as of the next start"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let wanted = try arguments.required("interface")
        let xml = try XMLQuery(try await domain.xmlDesc(flags: arguments.has("config") ? .inactive : []))
        let isMAC = wanted.split(atByte: ":").count == 6
        let matches = try xml.nodes("./devices/interface").filter { nic in
            nic.string(isMAC ? "./mac/@address" : "./target/@dev")?.lowercased() == wanted.lowercased()
        }
        guard let nic = matches.first else {
            throw Failure("Interface (\(isMAC ? "mac" : "dev"): \(wanted)) not found.")
        }
        if matches.count > 1 {
            throw Failure("Domain has multiple interfaces matching \(isMAC ? "MAC" : "dev"): \(wanted)")
        }
        session.output.print("\(wanted) \(nic.string("./link/@state") ?? "up")")
    }

    static let domifstat = Command(
        "domifstat", "get network interface stats for a domain",
        description: "Print the counters of a network interface.",
        options: [
            .domain([.active]), .required("interface", "device or MAC address", complete: CommandOption.nic),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let device = try arguments.required("interface")
        let stats = try await explaining("Failed to get interface stats \(domain.reference.name) \(device)") {
            try await domain.interfaceStats(device: device)
        }
        let counters = [
            ("rx_bytes", stats.rxBytes), ("rx_packets", stats.rxPackets), ("rx_errs", stats.rxErrs),
            ("rx_drop", stats.rxDrop), ("tx_bytes", stats.txBytes), ("tx_packets", stats.txPackets),
            ("tx_errs", stats.txErrs), ("tx_drop", stats.txDrop),
        ]
        for (name, value) in counters where value != -1 {
            session.output.print("\(device) \(name) \(value)\n")
        }
    }

    static let domifaddr = Command(
        "domifaddr", "get network interfaces' addresses for a running domain",
        description: "List the addresses that a guest's interfaces have.",
        options: [
            .domain([.active]), .optional("interface", "only this interface", complete: CommandOption.nic),
            .flag("full", "repeat name and MAC for each address"),
            .value("source", "who is asked: lease|agent|arp", complete: .words(["lease", "agent", "arp"])),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let sources = ["lease", "agent", "arp"]
        let source = try arguments.string("source") ?? "lease"
        guard let number = sources.firstIndex(of: source) else {
            throw Failure("Unknown data source '\(source)'")
        }
        let wanted = try arguments.string("interface")
        let interfaces = try await explaining("Failed to query for interfaces addresses") {
            try await domain.interfaceAddresses(source: UInt32(number), flags: 0)
        }
        session.output.note(addressRow("Name", "MAC address", "Protocol", "Address"))
        session.output.note(String(repeating: "-", count: 79) + "\n")
        for nic in interfaces where wanted == nil || nic.name == wanted || nic.hwaddr == wanted {
            session.printAddresses(of: nic, isFull: arguments.has("full"))
        }
    }
}

private func addressRow(_ name: String, _ mac: String, _ family: String, _ address: String) -> String {
    " \(name.padded(to: 10)) \(mac.padded(to: 20)) \(family.padded(to: 8))     \(address)\n"
}

extension Session {
    fileprivate func printAddresses(of nic: DomainInterface, isFull: Bool) {
        let mac = nic.hwaddr ?? "N/A"
        if nic.addrs.isEmpty { output.print(addressRow(nic.name, mac, "N/A", "N/A")) }
        for (index, address) in nic.addrs.enumerated() {
            let repeats = index == 0 || isFull
            let family = address.type == 0 ? "ipv4" : "ipv6"
            output.print(
                addressRow(
                    repeats ? nic.name : "-", repeats ? mac : "-", family, "\(address.addr)/\(address.prefix)"
                ))
        }
    }
}

private func source(of nic: XMLQuery.Node, _ type: String) -> String? {
    switch type {
    case "hostdev":
        guard let address = nic.nodes("./source/address").first else { return nil }
        let parts = ["domain", "bus", "slot", "function"].map { address.attribute($0)?.dropFirst(2) ?? "" }
        return "\(parts[0]):\(parts[1]):\(parts[2]).\(parts[3])"
    case "vhostuser": return nic.string("./source/@path")
    default:
        return nic.string("./source/@\(type)")
            ?? nic.string("./source/@dev | ./source/@network | ./source/@bridge")
    }
}
