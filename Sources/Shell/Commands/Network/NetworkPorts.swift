import Roost
import Virt

extension CommandOption {
    fileprivate static let port = CommandOption.required("port", "port UUID")
}

extension Session {
    /// The port that is meant, and how it was named.
    fileprivate func port(_ arguments: Arguments) async throws -> (port: NetworkPort, name: String) {
        let network = try await network(arguments)
        let name = try arguments.required("port")
        guard let uuid = UUID(name), let port = try? await network.portLookupByUUID(uuid: uuid) else {
            throw Failure("failed to get network port '\(name)'")
        }
        return (port, "\(uuid)")
    }
}

extension Command {
    static let netPortList = Command(
        "net-port-list", "list network ports", description: "List who is plugged into a network.",
        options: [.network, .flag("uuid", "list uuid's only"), .flag("table", "list table (default)"), .json]
    ) { session, arguments in
        if arguments.has("table"), arguments.has("uuid") {
            throw Failure("Only one argument from --table and --uuid may be specified.")
        }
        let network = try await session.network(arguments)
        let ports = try await network.listAllPorts(flags: 0)
        let names = ports.map { "\($0.reference.uuid)" }.sorted()
        if arguments.has("uuid") { return session.output.print(names.map { $0 + "\n" }.joined()) }
        var table = Table("UUID")
        for name in names { table.add(name) }
        session.output.print(table)
    }

    static let netPortDumpxml = Command(
        "net-port-dumpxml", "network port information in XML",
        description: "Print a port of a network as XML.",
        options: [.network, .port] + .xmlSelection
    ) { session, arguments in
        let port = try await session.port(arguments).port
        try session.print(xml: try await port.xmlDesc(flags: 0), arguments)
    }

    static let netPortCreate = Command(
        "net-port-create", "create a network port from an XML file", description: "Make a port of a network.",
        options: [
            .network,
            .required("file", "file containing an XML network port description", complete: .path),
            .flag("validate", "validate the XML against the schema"),
        ]
    ) { session, arguments in
        let network = try await session.network(arguments)
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let port = try await explaining("Failed to create network from \(file)") {
            try await network.portCreateXML(xml: xml, flags: arguments.has("validate") ? .validate : [])
        }
        session.output.note("Network port \(port.reference.uuid) created from \(file)\n")
    }

    static let netPortDelete = Command(
        "net-port-delete", "delete the specified network port", description: "Remove a port of a network.",
        options: [.network, .port]
    ) { session, arguments in
        let (port, name) = try await session.port(arguments)
        try await explaining("Failed to delete network port \(name)") { try await port.delete(flags: 0) }
        session.output.note("Network port \(name) deleted\n")
    }
}
