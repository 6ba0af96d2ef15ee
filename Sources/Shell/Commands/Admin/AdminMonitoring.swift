import Roost
import Virt

extension Command {
    static let adminURI = Command("uri", "print the admin server URI", needsConnection: false) { session, _ in
        let administrator = try await session.administrator()
        session.output.print(administrator.uri + "\n")
    }

    static let adminVersion = Command("version", "show version", needsConnection: false) { session, _ in
        let running = try await session.administrator().libraryVersion()
        let library = ProgramVersion.libvirt
        session.output.print(
            "Compiled against library: libvirt \(library)\nUsing library: libvirt \(library)\n"
                + "Running against daemon: \(running / 1_000_000).\(running / 1000 % 1000).\(running % 1000)\n"
        )
    }

    static let serverList = Command(
        "server-list", "list available servers on a daemon",
        description: "List all manageable servers on a daemon.", needsConnection: false
    ) { session, _ in
        let servers = try await explaining("failed to obtain list of available servers") {
            try await session.administrator().servers()
        }
        var table = Table("Id", "Name")
        for (number, server) in servers.enumerated() { table.add(String(number), server.name) }
        session.output.print(table.text(hasHeader: !session.output.isQuiet))
    }

    static let serverThreadpoolInfo = Command(
        "server-threadpool-info", "get server workerpool parameters",
        description: "Retrieve threadpool attributes from a server. ",
        options: [.server("Server to retrieve threadpool attributes from.")], needsConnection: false
    ) { session, arguments in
        let (administrator, server) = try await session.server(arguments)
        let parameters = try await explaining("Unable to get server workerpool parameters") {
            try await administrator.workers(of: server)
        }
        session.output.print(parameters.map { "\($0.field.padded(to: 15)): \($0.value.text)\n" }.joined())
    }

    static let clientList = Command(
        "client-list", "list clients connected to <server>",
        description: "List all manageable clients connected to <server>.",
        options: [.server("server which to list connected clients from")], needsConnection: false
    ) { session, arguments in
        let (administrator, server) = try await session.server(arguments)
        let clients = try await explaining(
            "failed to obtain list of connected clients from server '\(server.name)'"
        ) { try await administrator.clients(of: server) }
        var table = Table("Id", "Transport", "Connected since")
        for client in clients { table.add(String(client.id), client.transportName, client.since) }
        session.output.print(table.text(hasHeader: !session.output.isQuiet))
    }

    static let clientInfo = Command(
        "client-info", "retrieve client's identity info from server",
        description: "Retrieve identity details about <client> from <server>",
        options: [
            .server("server to which <client> is connected to"),
            .required("client", "client which to retrieve identity information for"),
        ], needsConnection: false
    ) { session, arguments in
        let (administrator, client) = try await session.client(arguments)
        let identity = try await explaining("failed to retrieve client identity information") {
            try await administrator.identity(of: client)
        }
        var rows = [
            ("id", String(client.id)), ("connection_time", client.since), ("transport", client.transportName),
        ]
        rows += identity.map { ($0.field, $0.value.text) }
        session.output.print(rows.map { "\($0.0.padded(to: 15)): \($0.1)\n" }.joined())
    }

    static let serverClientsInfo = Command(
        "server-clients-info", "get server's client-related configuration limits",
        description: "Retrieve server's client-related configuration limits ",
        options: [.server("Server to retrieve the client limits from.")], needsConnection: false
    ) { session, arguments in
        let (administrator, server) = try await session.server(arguments)
        let limits = try await explaining("Unable to retrieve client limits from server '\(server.name)'") {
            try await administrator.clientLimits(of: server)
        }
        session.output.print(limits.map { "\($0.field.padded(to: 20)): \($0.value.text)\n" }.joined())
    }
}

extension CommandOption {
    static func server(_ help: String) -> CommandOption { .required("server", help) }
}

extension AdminClient {
    fileprivate var transportName: String {
        ["unix", "tcp", "tls"].indices.contains(Int(transport))
            ? ["unix", "tcp", "tls"][Int(transport)] : "unknown"
    }

    /// Since when it is connected.
    fileprivate var since: String {
        LocalTime(nanoseconds: UInt64(clamping: timestamp) &* 1_000_000_000, isUTC: false).zoned
    }
}
