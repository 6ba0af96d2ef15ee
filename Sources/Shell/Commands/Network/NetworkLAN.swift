import ByteText
import Roost
import Virt

extension Command {
    static let netLAN = Command(
        "net-lan", "make a network that puts guests on the host's own",
        description: """
            Define, start and autostart a network whose guests are on the same network as the host, by the device that the
            host reaches others by: through its bridge where it has one, through a macvtap otherwise. It is an ordinary
            network: domains name it in <source network='NAME'/>.
            """,
        options: [
            .required("name", "the network's name"),
            .named("device", "the host's device or bridge, instead of its own way to others"),
            .flag("print-xml", "print the XML document, but don't define it"),
        ]
    ) { session, arguments in
        let connection = try await session.connected()
        let name = try arguments.required("name")
        let way = try await session.wayOut(arguments, connection)
        let xml = way.definition(name)
        if arguments.has("print-xml") { return session.output.print(xml) }
        let network = try await explaining("Failed to define network \(name)") {
            try await connection.networkDefineXML(xml: xml)
        }
        do {
            try await network.create()
            try await network.setAutostart(autostart: true)
        } catch {
            try? await network.undefine()
            throw error
        }
        session.output.note("Network \(name) started: guests on it are on the network of \(way.device)\n")
        for warning in way.warnings { session.output.note(warning + "\n") }
    }
}

/// The host's device that guests reach others by.
private struct WayOut {
    let device: String
    let kind: String

    private var isBridge: Bool { kind.hasSameBytes(as: "bridge") }

    func definition(_ name: String) -> String {
        var xml = XMLLines()
        xml.open("network")
        xml.add("name", text: name)
        if isBridge {
            xml.add("forward", ("mode", "bridge"))
            xml.add("bridge", ("name", device))
        } else {
            xml.open("forward", ("mode", "bridge"))
            xml.add("interface", ("dev", device))
            xml.close("forward")
        }
        xml.close("network")
        return xml.text
    }

    /// What such a network can't do.
    var warnings: [String] {
        var warnings: [String] = []
        if kind.hasSameBytes(as: "wireless") {
            warnings.append(
                "Warning: \(device) is wireless, and most access points pass packets of one address only: guests may reach nobody"
            )
        }
        if !isBridge {
            warnings.append(
                "Note: by a macvtap guests and the host itself don't reach each other; with a bridge on the host they do"
            )
        }
        return warnings
    }
}

extension Session {
    /// By which of the host's devices its guests are to reach others.
    fileprivate func wayOut(_ arguments: Arguments, _ connection: Connection) async throws -> WayOut {
        let answer = try await explaining("Failed to find the host's way to others") {
            try await connection.uplink()
        }
        guard let device = try arguments.string("device") else {
            if answer.device.isEmpty {
                throw Failure("the host has no route to others: say which device with --device")
            }
            return WayOut(device: answer.device, kind: answer.kind)
        }
        if answer.device.hasSameBytes(as: device) { return WayOut(device: device, kind: answer.kind) }
        let description = try? await connection.interfaceLookupByName(name: device).xmlDesc(flags: [])
        let kind = try description.map { try XMLQuery($0).nodes("/interface").first?.attribute("type") }
        return WayOut(device: device, kind: (kind ?? nil) ?? "link")
    }
}
