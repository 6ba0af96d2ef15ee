extension CommandGroup {
    /// virt-admin's commands, which stand behind the word `admin`.
    static let administration: [CommandGroup] = [
        CommandGroup(
            keyword: "admin", title: "Monitoring of a daemon",
            commands: [
                .adminURI, .adminVersion, .serverList, .serverThreadpoolInfo, .clientList, .clientInfo,
                .serverClientsInfo,
            ]),
        CommandGroup(
            keyword: "management", title: "Management of a daemon",
            commands: [
                .serverThreadpoolSet, .clientDisconnect, .serverClientsSet, .serverUpdateTLS,
                .daemonLogFilters,
                .daemonLogOutputs, .daemonTimeout, .daemonShutdown,
            ]),
    ]

    /// The command of administration called `name`.
    static func administrationCommand(_ name: some StringProtocol) -> Command? {
        administration.lazy.flatMap(\.commands).first { $0.name == name }
    }
}

extension Command {
    /// What the word `admin` is in help: the commands behind it are parsed as its own.
    static let admin = Command(
        "admin", "administer a running daemon: virt-admin's commands",
        description: """
            Does what virt-admin does: lists a daemon's clients, ends their connections, changes limits and the log. The \
            commands: server-list, client-list libvirtd, daemon-log-filters and others; 'roost admin' alone lists them. \
            The URI before it is the daemon's, such as libvirtd:///system.
            """,
        options: [.rest("command", "the command, with its own options")], needsConnection: false
    ) { session, _ in
        session.output.line(
            CommandGroup.administration.map { HelpText.of($0) }.joined(separator: "\n\n") + "\n")
    }
}
