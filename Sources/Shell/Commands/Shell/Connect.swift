extension Command {
    static let connect = Command(
        "connect", "(re)connect to hypervisor",
        description: "Connect to another hypervisor, or anew to the default one.",
        options: [
            .optional("name", "hypervisor connection URI", allowsEmpty: true),
            .flag("readonly", "read-only connection"),
        ], needsConnection: false
    ) { session, arguments in
        let uri = try arguments.string("name").flatMap { $0.isEmpty ? nil : $0 }
        try await session.connect(to: uri, isReadOnly: arguments.has("readonly"))
    }
}
