import ByteText
import JSON
import LinuxSystem
import Roost
import Virt

extension Command {
    static let qemuMonitorCommand = Command(
        "qemu-monitor-command", "QEMU Monitor Command",
        description: "Have QEMU carry out a command of its monitor.",
        options: [
            .domain([.active]), .flag("hmp", "command is in human monitor protocol"),
            .flag("pretty", "pretty-print any qemu monitor protocol output"),
            .flag("return-value", "extract the value of the 'return' key from the returned string"),
            .named("pass-fds", "pass file descriptors N,M,... along with the command"),
            .rest("cmd", "command", isRequired: true),
        ]
    ) { session, arguments in
        try arguments.exclude("hmp", "pretty")
        try arguments.exclude("hmp", "return-value")
        let domain = try await session.domain(arguments)
        let isHuman = arguments.has("hmp")
        let words = arguments.all("cmd")
        let command = isHuman ? words.joined(separator: " ") : json(words)
        let flags: DomainQemuMonitorCommandFlags = isHuman ? .hmp : []
        let files = try arguments.files("pass-fds")
        let reply =
            files.isEmpty
            ? try await domain.monitorCommand(cmd: command, flags: flags)
            : try await domain.monitorCommandWithFiles(cmd: command, flags: flags, files: files).0
        if arguments.has("return-value") {
            guard let value = (try? JSONValue(parsing: reply))?["return"] else {
                throw Failure("'return' member missing")
            }
            return session.output.print(value.description.json(isPretty: arguments.has("pretty")))
        }
        session.output.print(reply.json(isPretty: arguments.has("pretty")))
        if !arguments.has("pretty") { session.output.print("\n") }
    }

    static let setLifecycleAction = Command(
        "set-lifecycle-action", "change lifecycle actions",
        description: "Say what is done when a guest powers off, reboots or crashes.",
        options: [
            .domain, .required("type", "lifecycle type to modify", complete: .words(events)),
            .required("action", "lifecycle action to set", complete: .words(actions)),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let (event, action) = (try arguments.required("type"), try arguments.required("action"))
        guard let type = events.firstIndex(of: event) else {
            throw Failure("Invalid lifecycle type '\(event)'.")
        }
        guard let number = actions.firstIndex(of: action) else {
            throw Failure("Invalid lifecycle action '\(action)'.")
        }
        let domain = try await session.domain(arguments)
        try await explaining("Unable to change lifecycle action.") {
            try await domain.setLifecycleAction(
                type: UInt32(type), action: UInt32(number), flags: impact)
        }
    }
}

private let events = ["poweroff", "reboot", "crash"]
private let actions = [
    "destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart",
]

/// A command as QEMU takes it: what is no JSON is the command's name, and what follows its arguments.
private func json(_ words: [String]) -> String {
    let whole = words.joined(separator: " ")
    guard let name = words.first, !whole.hasBytePrefix("{") else { return whole }
    let rest = words.dropFirst().joined(separator: ",")
    let start = "{\"execute\":" + JSONValue.string(name).description
    if rest.isEmpty { return start + "}" }
    return start + ",\"arguments\":" + (rest.hasBytePrefix("{") ? rest : "{" + rest + "}") + "}"
}

extension Arguments {
    /// The open descriptors that an option names, as copies.
    func files(_ name: String) throws -> [Descriptor] {
        guard let text = try string(name) else { return [] }
        var files: [Descriptor] = []
        for part in text.split(atByte: ",") {
            guard let number = Int32(part), number >= 0 else {
                throw Failure("Unable to parse FD number '\(part)'")
            }
            do throws(SystemError) {
                files.append(try Descriptor.duplicate(number, minimum: 3))
            } catch {
                throw Failure("Cannot duplicate FD \(number): \(error.reason)")
            }
        }
        return files
    }
}
