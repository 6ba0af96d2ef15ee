extension Command {
    static let help = Command(
        "help", "print help",
        description: "Without an argument lists all commands; with one explains a command, or lists a group.",
        options: [
            .optional(
                "command", "the command or group of commands to explain", allowsEmpty: true,
                complete: .commands)
        ],
        needsConnection: false
    ) { session, arguments in
        let name = try arguments.string("command") ?? ""
        if name.isEmpty { return session.output.print(HelpText.grouped) }
        if let command = CommandGroup.command(name) {
            session.output.print(HelpText.of(command))
        } else if let group = CommandGroup.named(name) {
            session.output.print(HelpText.of(group) + "\n")
        } else {
            throw Failure("command or command group '\(name)' doesn't exist")
        }
    }

    static let manualPage = Command(
        "manual-page", "print the manual page of roost", isHidden: true, needsConnection: false
    ) { session, _ in
        session.output.print(ManualPage.text)
    }

    static let quit = Command(
        "quit", "quit this interactive terminal", description: "", needsConnection: false
    ) { session, _ in
        session.isOver = true
    }

    static let exit = Command(
        "exit", "quit this interactive terminal", description: "", needsConnection: false
    ) { session, _ in
        session.isOver = true
    }
}

extension CommandGroup {
    /// The group with this keyword; virsh's name for the shell's own commands counts too.
    static func named(_ keyword: String) -> CommandGroup? {
        all.first { $0.keyword == (keyword == "virsh" ? "roost" : keyword) }
    }
}
