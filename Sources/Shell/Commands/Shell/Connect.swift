extension Command {
    static let connect = Command(
        "connect", "(re)connect to hypervisor",
        description: "Connect to another hypervisor, or anew to the same one.",
        options: [
            .optional("name", "hypervisor connection URI", allowsEmpty: true),
            .flag("readonly", "read-only connection"),
        ], needsConnection: false
    ) { session, arguments in
        let name = try arguments.string("name") ?? session.settings.uri
        let uri = name.flatMap { $0.isEmpty ? nil : $0 }
        try await session.connect(to: uri, isReadOnly: arguments.has("readonly"))
    }
}
