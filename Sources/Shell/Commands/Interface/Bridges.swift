import Roost
import Virt

extension Command {
    static let ifaceBridge = Command(
        "iface-bridge", "create a bridge device and attach an existing network device to it",
        description: "Make a bridge with an interface in it, which gives the bridge its addresses.",
        options: [
            .required("interface", "existing interface name", complete: .interfaces),
            .required("bridge", "new bridge device name"),
            .flag("no-stp", "do not enable STP for this bridge"),
            .value("delay", "number of seconds to squelch traffic on newly connected ports", type: .number),
            .flag("no-start", "don't start the bridge immediately"),
        ]
    ) { session, arguments in
        let interface = try await session.interface(arguments)
        let bridge = try arguments.required("bridge")
        let connection = try await session.connected()
        let absence = try await isMissing(bridge, connection)
        let xml: String
        do {
            let delay: UInt32 = try arguments.number("delay") ?? 0
            let query = try XMLQuery(try await interface.xmlDesc(flags: .inactive))
            xml = try bridgeDocument(query, bridge, stp: !arguments.has("no-stp"), delay: delay)
        } catch let failure as Failure {
            // virsh tells as well that there is no such bridge yet.
            throw Failure(lines: failure.lines + absence)
        }
        let made = try await explaining("Failed to define new bridge interface \(bridge)") {
            try await connection.interfaceDefineXML(xml: xml, flags: [])
        }
        session.output.note(
            "Created bridge \(bridge) with attached device \(interface.reference.name)\n")
        if arguments.has("no-start") { return }
        try await explaining("Failed to start bridge interface \(bridge)") { try await made.create(flags: 0) }
        session.output.note("Bridge interface \(bridge) started\n")
    }

    static let ifaceUnbridge = Command(
        "iface-unbridge", "undefine a bridge device after detaching its device(s)",
        description: "Remove a bridge, and give its addresses to the interface in it.",
        options: [
            .required("bridge", "current bridge device name", complete: .interfaces),
            .flag("no-start", "don't start the detached interface immediately (not recommended)"),
        ]
    ) { session, arguments in
        let bridge = try await session.interface(arguments, option: "bridge")
        let name = bridge.reference.name
        let query = try XMLQuery(try await bridge.xmlDesc(flags: .inactive))
        let (port, xml) = try portDocument(query, name)
        let connection = try await session.connected()
        let wasActive = try await bridge.isActive()
        if wasActive {
            try await explaining("Failed to destroy bridge interface \(name)") {
                try await bridge.destroy(flags: 0)
            }
        }
        try await explaining("Failed to undefine bridge interface \(name)") { try await bridge.undefine() }
        let made = try await explaining("Failed to define new interface \(port)") {
            try await connection.interfaceDefineXML(xml: xml, flags: [])
        }
        session.output.note("Device \(port) un-attached from bridge \(name)\n")
        if arguments.has("no-start") { return }
        try await explaining("Failed to start interface \(port)") { try await made.create(flags: 0) }
        session.output.note("Interface \(port) started\n")
    }
}

/// Throws if there is a link of that name already; else how that is told.
private func isMissing(_ bridge: String, _ connection: Connection) async throws -> [String] {
    do {
        _ = try await connection.interfaceLookupByName(name: bridge)
    } catch {
        return Failure.lines(of: error)
    }
    throw Failure("Network device \(bridge) already exists")
}

/// What of an interface goes to the bridge that it becomes a part of, and back.
private let settings = ["start", "mtu", "protocol"]

/// The bridge with an interface in it.
private func bridgeDocument(
    _ query: XMLQuery, _ bridge: String, stp: Bool, delay: UInt32
) throws -> String {
    guard let interface = try query.nodes("/interface").first, let name = interface.attribute("name") else {
        throw Failure("internal error: the interface that was received has no name")
    }
    let type = interface.attribute("type") ?? ""
    if type == "bridge" { throw Failure("Existing device \(name) is already a bridge") }
    let (moved, kept) = parts(of: interface)
    return """
        <interface type='bridge' name='\(xmlEscaped(bridge))'>
        \(moved)<bridge stp='\(stp ? "on" : "off")' delay='\(delay)'>
        <interface type='\(xmlEscaped(type))' name='\(xmlEscaped(name))'>
        \(kept)</interface></bridge></interface>
        """
}

/// The interface that a bridge has in it, and its document once it's alone.
private func portDocument(_ query: XMLQuery, _ bridge: String) throws -> (String, String) {
    guard let interface = try query.nodes("/interface").first, interface.attribute("type") == "bridge" else {
        throw Failure("Device \(bridge) is not a bridge")
    }
    let ports = interface.nodes("./bridge/interface")
    if ports.count > 1 { throw Failure("Multiple interfaces attached to bridge") }
    guard let port = ports.first, let name = port.attribute("name") else {
        throw Failure("No interface attached to bridge")
    }
    let type = xmlEscaped(port.attribute("type") ?? "")
    let text = parts(of: interface).moved + parts(of: port).kept
    return (name, "<interface type='\(type)' name='\(xmlEscaped(name))'>\n\(text)</interface>")
}

/// An interface's settings, and what else it has but for a bridge, as XML.
private func parts(of interface: XMLQuery.Node) -> (moved: String, kept: String) {
    var (moved, kept) = ("", "")
    for child in interface.nodes("./*") where child.name != "bridge" {
        if settings.contains(child.name) { moved += child.xml() + "\n" } else { kept += child.xml() + "\n" }
    }
    return (moved, kept)
}
