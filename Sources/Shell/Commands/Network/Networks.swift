import Roost
import Virt

extension Command {
    static let netList = Command(
        "net-list", "list networks",
        description: "List the active networks, or those that the options choose.",
        options: [
            .flag("inactive", "list inactive networks"), .flag("all", "list inactive & active networks"),
            .flag("persistent", "list persistent networks"), .flag("transient", "list transient networks"),
            .flag("autostart", "list networks with autostart enabled"),
            .flag("no-autostart", "list networks with autostart disabled"), .flag("uuid", "list UUIDs only"),
            .flag("name", "list network names only"), .flag("table", "list a table (default)"),
            .flag("title", "show network title"), .json,
        ]
    ) { session, arguments in
        guard ["table", "name", "uuid"].filter(arguments.has).count < 2 else {
            throw Failure("Only one argument from --table, --name and --uuid may be specified.")
        }
        let connection = try await session.connected()
        let flags = networkFlags(arguments)
        let networks = try await explaining("Failed to list networks") {
            try await connection.listAllNetworks(flags: flags)
        }
        let sorted = networks.sorted { $0.reference.name.lowercased() < $1.reference.name.lowercased() }
        if arguments.has("uuid") {
            return session.output.print(sorted.map { "\($0.reference.uuid)\n" }.joined())
        }
        if arguments.has("name") {
            return session.output.print(sorted.map { $0.reference.name + "\n" }.joined())
        }
        var table = Table(
            header: ["Name", "State", "Autostart", "Persistent"] + (arguments.has("title") ? ["Title"] : []))
        for network in sorted {
            let state = try await network.isActive() ? "active" : "inactive"
            var cells: [Cell] = [
                .text(network.reference.name), .text(state), await starts(network),
                .flag(try await network.isPersistent()),
            ]
            if arguments.has("title") {
                let kind = DomainMetadataType.title.rawValue
                cells.append(.text((try? await network.metadata(type: kind, uri: nil, flags: [])) ?? ""))
            }
            table.add(cells: cells)
        }
        session.output.print(table)
    }

    static let netInfo = Command(
        "net-info", "network information", description: "Print what is known of a network at a glance.",
        options: [.network, .json]
    ) { session, arguments in
        let network = try await session.network(arguments)
        session.output.field("Name", network.reference.name)
        session.output.field("UUID", "\(network.reference.uuid)")
        session.output.field("Active", .flag(try await network.isActive()))
        session.output.field("Persistent", .flag(try await network.isPersistent()))
        session.output.field("Autostart", await starts(network))
        if let bridge = try? await network.bridgeName() { session.output.field("Bridge", bridge) }
    }

    static let netDumpxml = Command(
        "net-dumpxml", "network information in XML", description: "Print the definition of a network as XML.",
        options: [.network, .flag("inactive", "show what the next start will have")] + .xmlSelection
    ) { session, arguments in
        let network = try await session.network(arguments)
        try session.print(
            xml: try await network.xmlDesc(flags: arguments.has("inactive") ? .inactive : []), arguments)
    }

    static let netName = Command(
        "net-name", "convert a network UUID to network name", description: "Print the name of a network.",
        options: [.required("network", "network uuid")]
    ) { session, arguments in
        session.output.print(try await session.network(arguments, byName: false).reference.name + "\n")
    }

    static let netUUID = Command(
        "net-uuid", "convert a network name to network UUID", description: "Print the UUID of a network.",
        options: [.required("network", "network name")]
    ) { session, arguments in
        session.output.print("\(try await session.network(arguments, byUUID: false).reference.uuid)\n")
    }
}

private func starts(_ network: Network) async -> Cell {
    .flag(try? await network.autostart(), unknown: "no autostart")
}

private func networkFlags(_ arguments: Arguments) -> ConnectListAllNetworksFlags {
    var flags: ConnectListAllNetworksFlags = arguments.has("inactive") ? [.inactive] : [.active]
    if arguments.has("all") { flags = [.active, .inactive] }
    if arguments.has("persistent") { flags.insert(.persistent) }
    if arguments.has("transient") { flags.insert(.transient) }
    if arguments.has("autostart") { flags.insert(.autostart) }
    if arguments.has("no-autostart") { flags.insert(.noAutostart) }
    return flags
}
