import LinuxSystem
import Roost
import Virt

extension Command {
    static let console = Command(
        "console", "connect to the guest console",
        description: "Connect this terminal with the serial console of a running guest.",
        options: [
            .domain([.active]),
            .value(
                "devname", "alias of the character device",
                complete: .domainXML("./devices/serial/alias/@name", "./devices/console/alias/@name")),
            .flag("force", "take the console from whoever has it"),
            .flag("resume", "resume a suspended domain after connecting"),
            .flag("safe", "fail unless the console can be had alone"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        var flags: DomainConsoleFlags = []
        if arguments.has("force") { flags.insert(.force) }
        if arguments.has("safe") { flags.insert(.safe) }
        try await session.runConsole(
            domain, device: try arguments.string("devname"), flags: flags, resumes: arguments.has("resume"))
    }
}

extension Session {
    /// Connects the terminal with a console until either side ends it.
    func runConsole(
        _ domain: Domain, device: String?, flags: DomainConsoleFlags, resumes: Bool = false
    ) async throws {
        let state = try await domain.state(flags: 0).state
        if DomainState(rawValue: state) == .shutoff { throw Failure("The domain is not running") }
        guard Terminal.input.isPresent else {
            throw Failure("Cannot run interactive console without a controlling TTY")
        }
        let stream = try await domain.openConsole(device: device, flags: flags)
        output.note("Connected to domain '\(domain.reference.name)'\n")
        output.note("Escape character is \(escapeName)")
        if flags.contains(.force) { output.note(" (forced)") }
        output.note("\n")
        output.flush()
        let settings = try Terminal.input.enterRawMode()
        defer { try? Terminal.input.apply(settings) }
        if resumes { try await domain.resume() }
        try await ConsoleRelay(stream: stream, escape: self.settings.escape).run()
    }

    /// `^] (Ctrl + ])`
    private var escapeName: String {
        guard settings.escape < 32 else { return String(UnicodeScalar(settings.escape)) }
        let letter = UnicodeScalar(settings.escape ^ 0x40)
        return "^\(letter) (Ctrl + \(letter))"
    }
}
