import ByteText

/// `roost(1)`, from the same declarations as `help`.
enum ManualPage {
    static var text: String {
        var lines = [
            ".TH ROOST 1 \"\" \"roost \(ProgramVersion.text)\"", ".SH NAME",
            "roost \\- manages the guests, networks and storage of hosts", ".SH SYNOPSIS", ".B roost",
            "[\\fIoptions\\fR] [\\fIcommand\\fR [\\fIarguments\\fR]]", ".SH DESCRIPTION",
        ]
        lines += paragraphs(
            """
            roost has virsh's commands, options, output and exit status, and some that virsh hasn't. It talks to roostd, to \
            libvirt's daemons, and to the test hypervisor in itself (test:///default).

            Without a command it reads commands from a person, or from a file at its input; several commands in one word are \
            separated by semicolons.
            """)
        lines.append(".SH OPTIONS")
        for option in HelpText.globalOptions { lines += tagged(option.name, option.help) }
        lines.append(".SH COMMANDS")
        for group in CommandGroup.all { lines += section(of: group) }
        lines.append(".SH ENVIRONMENT")
        for (name, help) in environment { lines += tagged(name, help) }
        lines += [".SH EXIT STATUS", "0 when the last command succeeded, 1 otherwise.", ".SH SEE ALSO"]
        lines += [".BR roostd (8),", ".BR roostd.conf (5)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static let environment = [
        ("LIBVIRT_DEFAULT_URI", "the hypervisor to connect to where none is named"),
        ("VIRSH_DEFAULT_CONNECT_URI", "the same, for roost and virsh alone; it comes first"),
        ("VIRSH_DEBUG", "debug level, 0 to 4"), ("VIRSH_LOG_FILE", "file for errors and debug texts"),
        ("VIRSH_HISTSIZE", "how many commands are kept for the next time"),
        ("VISUAL, EDITOR", "the editor of the edit commands"),
    ]

    private static func section(of group: CommandGroup) -> [String] {
        var lines = [".SS \(escaped(group.title))"]
        for command in group.commands where !command.isHidden { lines += entry(of: command) }
        return lines
    }

    private static func entry(of command: Command) -> [String] {
        var lines = [".TP", ".B \(escaped(HelpText.synopsis(of: command)))"]
        lines += paragraphs(command.description.isEmpty ? command.summary : command.description, in: true)
        let options = command.options.filter { !$0.isAlias }
        if options.isEmpty { return lines }
        lines.append(".RS")
        for option in options { lines += tagged(HelpText.spelling(of: option), option.help) }
        return lines + [".RE"]
    }

    private static func tagged(_ tag: String, _ text: String) -> [String] {
        [".TP", ".B \(escaped(tag))", escaped(text.isEmpty ? "\\&" : text)]
    }

    /// Lines with a gap where the text has an empty one.
    private static func paragraphs(_ text: String, in isIndented: Bool = false) -> [String] {
        text.split(atByte: "\n", omittingEmptySubsequences: false).map {
            $0.isEmpty ? (isIndented ? ".IP" : ".PP") : escaped($0)
        }
    }

    /// Text in which nothing is a request of the formatter's.
    private static func escaped(_ text: some StringProtocol) -> String {
        var line = ""
        for letter in text {
            switch letter {
            case "\\": line += "\\e"
            case "-": line += "\\-"
            case "'": line += "\\(aq"
            case "\n": line += " "
            default: line.append(letter)
            }
        }
        return line.hasBytePrefix(".") ? "\\&" + line : line
    }
}
