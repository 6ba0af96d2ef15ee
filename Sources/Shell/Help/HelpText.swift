import ByteText

/// What `help` and `--help` print. The end of a command's output adds an empty line.
enum HelpText {
    /// The manual of one command.
    static func of(_ command: Command) -> String {
        var sections = ["  NAME\n    \(command.name) - \(command.summary)"]
        sections.append("  SYNOPSIS\n    " + synopsis(of: command))
        if !command.description.isEmpty {
            let lines = command.description.split(atByte: "\n", omittingEmptySubsequences: false)
            sections.append(
                "  DESCRIPTION\n" + lines.map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n"))
        }
        let options = command.options.filter { !$0.isAlias && !$0.isLeftOutOfHelp }
        if !options.isEmpty {
            sections.append("  OPTIONS\n" + options.map(line).joined(separator: "\n"))
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    /// How the command is written: `start <domain> [--console] …`.
    static func synopsis(of command: Command) -> String {
        ([command.name] + command.options.filter { !$0.isLeftOutOfHelp }.compactMap(synopsis)).joined(
            separator: " ")
    }

    private static func synopsis(_ option: CommandOption) -> String? {
        switch option.kind {
        case .alias: return nil
        case .flag: return "[--\(option.name)]"
        case .value:
            let text = "--\(option.name) <\(option.type.rawValue)>"
            return option.isRequired ? text : "[\(text)]"
        case .positional: return option.isRequired ? "<\(option.name)>" : "[<\(option.name)>]"
        case .rest: return (option.isRequired ? "<\(option.name)>" : "[<\(option.name)>]") + "..."
        case .repeated: return "[--\(option.name) <\(option.type.rawValue)>]..."
        }
    }

    private static func line(_ option: CommandOption) -> String {
        "    " + spelling(of: option).padded(to: 15) + "  " + option.help
    }

    /// How an option is given.
    static func spelling(of option: CommandOption) -> String {
        let value = "<\(option.type.rawValue)>"
        return
            switch option.kind
        {
        case .flag, .alias: "--\(option.name)"
        case .value: "--\(option.name) \(value)"
        case .positional: "[--\(option.name)] \(value)"
        case .rest: "[--\(option.name)] \(value)..."
        case .repeated: "--\(option.name) \(value)..."
        }
    }

    /// The commands of all groups.
    static var grouped: String {
        "Grouped commands:\n\n" + CommandGroup.all.map { of($0) + "\n\n" }.joined()
    }

    /// The commands of one group; `mark` stands behind its title.
    static func of(_ group: CommandGroup, mark: String = ":") -> String {
        let title = " \(group.title) (help keyword '\(group.keyword)')\(mark)"
        let commands = group.commands.filter { !$0.isHidden }
        return ([title] + commands.map { "    " + $0.name.padded(to: 30) + " " + $0.summary }).joined(
            separator: "\n")
    }

    /// The options in front of the command.
    static let globalOptions: [(name: String, help: String)] = [
        ("-c | --connect=URI", "hypervisor connection URI"), ("-d | --debug=NUM", "debug level [0-4]"),
        ("-e | --escape <char>", "set escape sequence for console"), ("-h | --help", "this help"),
        ("-k | --keepalive-interval=NUM", "keepalive interval in seconds, 0 for disable"),
        ("-K | --keepalive-count=NUM", "number of possible missed keepalive messages"),
        ("-l | --log=FILE", "output logging to file"), ("-q | --quiet", "quiet mode"),
        ("-r | --readonly", "connect readonly"), ("-t | --timing", "print timing information"),
        ("-v", "short version"), ("-V", "long version"),
        ("     --version[=TYPE]", "version, TYPE is short or long (default short)"),
    ]

    private static func line(_ option: (name: String, help: String)) -> String {
        let isLong = option.name.utf8.count > 22
        let gap = isLong ? "\n" + String(repeating: " ", count: 28) : ""
        return "    " + (isLong ? option.name : option.name.padded(to: 24)) + gap + option.help + "\n"
    }

    /// What the program itself answers to `--help`.
    static var usage: String {
        """

        roost [options]... [<command_string>]
        roost [options]... <command> [args...]

          options:

        """ + globalOptions.map(line).joined() + """
              commands (non interactive mode):


            """ + CommandGroup.all.map { of($0, mark: "") + "\n\n" }.joined() + """

                  (specify help <group> for details about the commands in the group)

                  (specify help <command> for details about the command)


                """
    }
}
