import ByteText
import VirtXML

extension QEMUGuest {
    /// The program that carries a network card's packets without rights on the host's network.
    package func network(_ card: InterfaceDevice, _ host: HelperHost) throws(ConfigurationError)
        -> HelperProcess?
    {
        if card.backend?.type == .passt { return try passt(card, host) }
        return isServedBySlirp(card) ? try slirp(card, host) : nil
    }

    /// Whether a program beside QEMU does what QEMU's own user network would.
    func isServedBySlirp(_ card: InterfaceDevice) -> Bool {
        card.type == .user && card.backend?.type != .passt && resources.usesSlirpHelper
    }

    private func slirp(_ card: InterfaceDevice, _ host: HelperHost) throws(ConfigurationError)
        -> HelperProcess
    {
        let alias = try alias(of: card.info)
        var helper = HelperProcess(
            .slirp, of: alias, path: try host.path(.slirp), log: log(alias + "-slirp", host))
        helper.socket = .pair(alias: alias, keepsPackets: true)
        helper.arguments = ["--fd=\(HelperProcess.socketNumber)"]
        for ip in card.ips {
            let option = ip.family == .ipv6 ? "--net6" : "--net"
            helper.arguments.append(
                "\(option)=\(try address(ip.address))" + (ip.prefix.map { "/\($0)" } ?? ""))
        }
        helper.arguments += [
            "--dbus-id=slirp-\(card.mac.map { "\($0.address)" } ?? alias)",
            "--dbus-address=\(busAddress)", "--exit-with-parent",
        ]
        return helper
    }

    private func passt(_ card: InterfaceDevice, _ host: HelperHost) throws(ConfigurationError)
        -> HelperProcess
    {
        let alias = try alias(of: card.info)
        let socket = resources.passtSocket(alias)
        var helper = HelperProcess(
            .passt, of: alias, path: try host.path(.passt), log: log(alias + "-passt", host))
        helper.folders = [HelperFolder(path: "\(resources.runFolder)/passt", mode: 0o755, owner: .guest)]
        helper.socket = .announced(path: socket, by: HelperProcess.socketNumber)
        helper.arguments = [
            "--foreground", "--one-off", "--socket", socket,
            "--pid", "/proc/self/fd/\(HelperProcess.socketNumber)",
        ]
        if card.type == .vhostuser { helper.arguments.append("--vhost-user") }
        if let file = card.backend?.logFile {
            helper.arguments += ["--log-file", file]
        } else {
            helper.arguments.append("--stderr")
        }
        if let name = card.source.dev { helper.arguments += ["--interface", try interface(name)] }
        for ip in card.ips {
            helper.arguments += ["--address", try address(ip.address)]
            if ip.family != .ipv6, let prefix = ip.prefix { helper.arguments += ["--netmask", "\(prefix)"] }
        }
        for forward in card.portForwards {
            helper.arguments += [forward.proto == .tcp ? "--tcp-ports" : "--udp-ports", try ports(forward)]
        }
        return helper
    }

    /// `ADDRESS%INTERFACE/FIRST-LAST:TO-TO,~EXCLUDED,…`
    private func ports(_ forward: PortForward) throws(ConfigurationError) -> String {
        var place = try forward.address.map { text throws(ConfigurationError) in try address(text) } ?? ""
        if let name = forward.dev { place += "%" + (try interface(name)) }
        let ranges = forward.ranges.map(Self.range).joined(separator: ",")
        return (place.isEmpty ? "" : place + "/") + (ranges.isEmpty ? "all" : ranges)
    }

    private static func range(_ range: PortForward.Range) -> String {
        guard let start = range.start else { return "all" }
        let length = (range.end ?? start) &- start
        func text(_ first: UInt32) -> String { length == 0 ? "\(first)" : "\(first)-\(first &+ length)" }
        if range.exclude == true { return "~" + text(start) }
        return text(start) + (range.to.map { ":" + text($0) } ?? "")
    }

    private func address(_ text: String) throws(ConfigurationError) -> String {
        try UserNetworkWord.address(text)
    }

    private func interface(_ name: String) throws(ConfigurationError) -> String {
        try UserNetworkWord.interface(name)
    }

    /// The guest's message bus, for those who talk over it.
    var busAddress: String { UserNetworkWord.bus(busSocketPath) }
}

/// Words of a document as programs of the user network and message buses read them.
enum UserNetworkWord {
    /// An address is nothing but digits, dots and colons.
    static func address(_ text: String) throws(ConfigurationError) -> String {
        let isPlain = text.utf8.allSatisfy { unit in
            switch unit {
            case 0x30...0x3A, 0x41...0x46, 0x61...0x66, UInt8(ascii: "."): true
            default: false
            }
        }
        guard isPlain, !text.isEmpty else { throw .xml("'\(text)' is not an IP address") }
        return text
    }

    /// A network interface's name, without what passt would take for its end.
    static func interface(_ name: String) throws(ConfigurationError) -> String {
        guard !name.isEmpty, name.utf8.count < 16, !name.hasBytePrefix("-"),
            !name.contains(anyByteOf: ",/%~:\\"), !name.utf8.contains(where: { $0.isBlank || $0 < 0x20 })
        else { throw .xml("'\(name)' is not the name of a network interface") }
        return name
    }

    /// The address of a bus that listens at a path.
    static func bus(_ path: String) -> String { "unix:path=" + path.utf8.map(byte).joined() }

    /// A byte as an address of D-Bus may hold it.
    private static func byte(_ byte: UInt8) -> String {
        if byte.isAlphanumeric || "-_/.".utf8.contains(byte) { return String(UnicodeScalar(byte)) }
        return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
