import ByteText
import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a serial port. Ports of some boards can't be named and are given in their order.
    package func parts(of serial: SerialDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: serial.info)
        let backend = try parts(of: serial.source, alias: alias)
        let model = serial.target.model ?? ""
        guard let driver = serialDriver(model) else {
            if model == "", serial.target.type == "system-serial" {
                throw .internal("Invalid target model for serial device")
            }
            return backend + [.option("-serial", OptionText("chardev:char" + alias))]
        }
        guard qemu.has(driver) else {
            throw .unsupported("'\(model)' is not supported in this QEMU binary")
        }
        var device: JSONObject = ["driver": .string(driver)]
        device.add("chardev", "char" + alias)
        device.add("id", alias)
        if driver == "isa-serial" { device.add("index", serial.target.port) }
        try addAddress(of: serial.info, to: &device)
        return backend + [.device(device)]
    }

    private func serialDriver(_ model: String) -> String? {
        switch model {
        case "isa-serial", "usb-serial", "pci-serial", "spapr-vty", "sclpconsole", "sclplmconsole",
            "isa-debugcon":
            model
        default: nil
        }
    }

    /// The parts of a parallel port.
    package func parts(of parallel: ParallelDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: parallel.info)
        var device: JSONObject = ["driver": "isa-parallel"]
        device.add("chardev", "char" + alias)
        device.add("id", alias)
        return try parts(of: parallel.source, alias: alias, device: "parallel") + [.device(device)]
    }

    /// The parts of a console; none for one that is a serial port over again.
    package func parts(of console: ConsoleDevice) throws(ConfigurationError) -> [QEMUPart] {
        let driver: String
        switch console.targetType {
        case .virtio: driver = "virtconsole"
        case .sclp: driver = "sclpconsole"
        case .sclplm: driver = "sclplmconsole"
        case .serial, nil: return []
        case let type?: throw .unsupported("unsupported console target type \(type.rawValue)")
        }
        let alias = try alias(of: console.info)
        var device: JSONObject = ["driver": .string(driver)]
        try addAddress(of: console.info, to: &device)
        device.add("chardev", "char" + alias)
        device.add("id", alias)
        return try parts(of: console.source, alias: alias) + [.device(device)]
    }

    /// The parts of a channel between host and guest.
    package func parts(of channel: ChannelDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: channel.info)
        var source = channel.source
        if source.type == .spicevmc { source.channel = "vdagent" }
        let backend = try parts(of: source, alias: alias)
        switch channel.target {
        case .guestForward(let address, let port):
            return backend + [.netdev(forward(address, port, alias))]
        case .virtio(let name, _):
            if source.type == .spicevmc, let name, name != "com.redhat.spice.0" {
                throw .unsupported("Unsupported spicevmc target name '\(name)'")
            }
            var device: JSONObject = ["driver": "virtserialport"]
            try addAddress(of: channel.info, to: &device)
            device.add("chardev", "char" + alias)
            device.add("id", alias)
            device.add("name", name ?? (source.type == .spicevmc ? "com.redhat.spice.0" : nil))
            return backend + [.device(device)]
        case .xen, .none: throw .unsupported("unsupported channel target type")
        }
    }

    private func forward(_ address: String, _ port: String, _ alias: String) -> JSONObject {
        let rule: JSONValue = ["str": .string("tcp:\(address):\(port)-chardev:char\(alias)")]
        return ["type": "user", "guestfwd": [rule], "id": .string(alias)]
    }

    /// The parts of a smartcard.
    package func parts(of card: SmartcardDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: card.info)
        var device: JSONObject
        var backend: [QEMUPart] = []
        switch card.card {
        case .host: device = ["driver": "ccid-card-emulated", "backend": "nss-emulated"]
        case .certificates(let names, let database):
            device = ["driver": "ccid-card-emulated", "backend": "certificates"]
            for (index, name) in names.enumerated() { device.add("cert\(index + 1)", name) }
            device.add("db", database ?? "/etc/pki/nssdb")
        case .passthrough(var source):
            if source.type == .spicevmc { source.channel = "smartcard" }
            backend = try parts(of: source, alias: alias)
            device = ["driver": "ccid-card-passthru", "chardev": .string("char" + alias)]
        }
        device.add("id", alias)
        try addAddress(of: card.info, to: &device)
        return backend + [.device(device)]
    }

    /// The parts of a USB device that whoever looks at the screen lends.
    package func parts(of redirection: RedirdevDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: redirection.info)
        var source = redirection.source
        if source.type == .spicevmc { source.channel = "usbredir" }
        var device: JSONObject = [
            "driver": "usb-redir", "chardev": .string("char" + alias), "id": .string(alias),
        ]
        device.add("filter", try redirectionFilter())
        addBoot(of: redirection.info, to: &device)
        try addAddress(of: redirection.info, to: &device)
        return try parts(of: source, alias: alias) + [.device(device)]
    }

    private func redirectionFilter() throws(ConfigurationError) -> String? {
        guard let filter = domain.devices.redirFilter, !filter.rules.isEmpty else { return nil }
        var rules: [String] = []
        for rule in filter.rules {
            let version = rule.version.map { Self.binaryDecimal($0) } ?? "-1"
            rules.append(
                [
                    Self.hex(rule.usbClass), Self.hex(rule.vendor), Self.hex(rule.product), version,
                    rule.allow == true ? "1" : "0",
                ].joined(separator: ":"))
        }
        return rules.joined(separator: "|")
    }

    /// A number such as `0xbeef` with its digits as QEMU has always been given them.
    private static func hex(_ number: String?) -> String {
        number.map { $0.droppingBytePrefix("0x").map { "0x" + $0.uppercased() } ?? $0 } ?? "-1"
    }

    /// A USB version such as `1.10` in the digits that devices carry it in: `0x0110`.
    private static func binaryDecimal(_ version: String) -> String {
        let parts = version.split(atByte: ".").map { String($0) }
        let major = parts.first ?? "0"
        let minor = parts.dropFirst().first ?? "0"
        func two(_ text: String) -> String { text.count < 2 ? "0" + text : text }
        return "0x" + two(major) + (minor.count < 2 ? minor + "0" : minor)
    }
}
