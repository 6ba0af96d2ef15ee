import Roost
import Virt

extension Command {
    static let serverThreadpoolSet = Command(
        "server-threadpool-set", "set server workerpool parameters",
        description:
            "Tune threadpool attributes on a server. See OPTIONS for currently supported attributes.",
        options: [
            .server("Server to alter threadpool attributes on."),
            .named("min-workers", "Change bottom limit to number of workers.", type: .number),
            .named("max-workers", "Change upper limit to number of workers.", type: .number),
            .named("priority-workers", "Change the current number of priority workers", type: .number),
        ], needsConnection: false
    ) { session, arguments in
        let given = try arguments.numbers([
            "min-workers": "minWorkers", "max-workers": "maxWorkers", "priority-workers": "prioWorkers",
        ])
        if given.isEmpty {
            throw Failure(
                "At least one of options --min-workers, --max-workers, --priority-workers is mandatory ")
        }
        let (administrator, server) = try await session.server(arguments)
        try await explaining("Unable to change server workerpool parameters") {
            try await administrator.setWorkers(of: server, given)
        }
    }

    static let serverClientsSet = Command(
        "server-clients-set", "set server's client-related configuration limits",
        description:
            "Tune server's client-related configuration limits. See OPTIONS for currently supported attributes.",
        options: [
            .server("Server to alter the client-related configuration limits on."),
            .named(
                "max-clients", "Change the upper limit to overall number of clients connected to the server.",
                type: .number),
            .named(
                "max-unauth-clients",
                "Change the upper limit to number of clients waiting for authentication to be connected to the server",
                type: .number),
        ], needsConnection: false
    ) { session, arguments in
        let given = try arguments.numbers([
            "max-clients": "nclients_max", "max-unauth-clients": "nclients_unauth_max",
        ])
        if given.isEmpty {
            throw Failure("At least one of options --max-clients, --max-unauth-clients is mandatory")
        }
        let (most, unopened): (UInt32?, UInt32?) = (
            try arguments.number("max-clients"), try arguments.number("max-unauth-clients")
        )
        if let most, let unopened, unopened > most {
            throw Failure("--max-unauth-clients must be less than or equal to --max-clients")
        }
        let (administrator, server) = try await session.server(arguments)
        try await explaining("Unable to change server's client-related configuration limits") {
            try await administrator.setClientLimits(of: server, given)
        }
    }

    static let clientDisconnect = Command(
        "client-disconnect", "force disconnect a client from the given server",
        description: "Force close a specific client's connection to the given server.",
        options: [
            .server("server which the client is currently connected to"),
            .required("client", "client which to disconnect, specified by ID", type: .number),
        ], needsConnection: false
    ) { session, arguments in
        let (administrator, client) = try await session.client(arguments)
        try await explaining("Failed to disconnect client '\(client.id)' from server '\(client.server.name)'")
        {
            try await administrator.disconnect(client)
        }
        session.output.print("Client '\(client.id)' disconnected")
    }

    static let serverUpdateTLS = Command(
        "server-update-tls", "notify server to update TLS related files online.",
        description:
            "Notify server to update TLS related files online, without restart. See OPTIONS for currently supported attributes.",
        options: [.server("Available servers on a daemon. Currently only supports 'libvirtd'.")],
        needsConnection: false
    ) { session, arguments in
        let (administrator, server) = try await session.server(arguments)
        try await explaining("Unable to update server's tls related files.") {
            try await administrator.updateTLSFiles(of: server)
        }
        session.output.print("update tls related files succeed\n")
    }

    static let daemonLogFilters = logCommand(
        "filters", read: { try await $0.logFilters() }, change: { try await $0.setLogFilters($1) })

    static let daemonLogOutputs = logCommand(
        "outputs", read: { try await $0.logOutputs() }, change: { try await $0.setLogOutputs($1) })

    /// Shows one of the log's lists, or puts another in its place.
    private static func logCommand(
        _ what: String, read: @escaping @Sendable (DaemonAdministrator) async throws -> String,
        change: @escaping @Sendable (DaemonAdministrator, String) async throws -> Void
    ) -> Command {
        Command(
            "daemon-log-\(what)", "fetch or set the currently defined set of logging \(what) on daemon",
            description:
                "Depending on whether run with or without options, the command fetches or redefines the "
                + "existing active set of \(what) on daemon.",
            options: [.optional(what, "redefine the existing set of logging \(what)", allowsEmpty: true)],
            needsConnection: false
        ) { session, arguments in
            let administrator = try await session.administrator()
            guard let wanted = try arguments.string(what) else {
                let text = try await explaining("Unable to get daemon logging \(what) information") {
                    try await read(administrator)
                }
                return session.output.print(" Logging \(what): \(text)\n")
            }
            try await explaining("Unable to change daemon logging settings") {
                try await change(administrator, wanted)
            }
        }
    }

    static let daemonTimeout = Command(
        "daemon-timeout", "set the auto shutdown timeout of the daemon",
        options: [
            .required(
                "timeout", "number of seconds the daemon will run without any active connection",
                type: .number)
        ], needsConnection: false
    ) { session, arguments in
        let seconds: UInt32 = try arguments.number("timeout") ?? 0
        try await session.administrator().setTimeout(seconds)
    }

    static let daemonShutdown = Command(
        "daemon-shutdown", "stop the daemon", needsConnection: false
    ) { session, _ in
        try await session.administrator().shutDown()
    }
}

extension Arguments {
    /// The numbers that were given, under the names that the daemon has for them.
    fileprivate func numbers(_ names: KeyValuePairs<String, String>) throws -> [TypedParameter] {
        try names.compactMap { option, field in
            let value: UInt32? = try number(option)
            return value.map { TypedParameter(field, .uint($0)) }
        }
    }
}
