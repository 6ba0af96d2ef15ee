/// A command with the options that were given to it.
struct Arguments {
    struct Entry {
        let option: CommandOption
        let value: String?
    }

    let command: Command
    private(set) var entries: [Entry] = []
    /// `--help` was among them.
    var asksForHelp = false

    init(command: Command) {
        self.command = command
    }

    /// Whether the option was given.
    func has(_ name: String) -> Bool { entries.contains { $0.option.name == name } }

    /// Whether the answer is to be JSON, of a command whose table or facts are printed so.
    var asksForJSON: Bool { entries.contains { $0.option.isJSON } }

    /// The option called `name` behind its aliases, and the value that the alias gives it.
    func find(_ name: Substring) throws(Failure) -> (CommandOption, String?) {
        guard let option = command.option(name) else {
            throw Failure("command '\(command.name)' doesn't support option --\(name)")
        }
        guard case .alias(let target, let value) = option.kind, let real = command.option(target) else {
            return (option, nil)
        }
        return (real, value)
    }

    /// Adds an option; only the rest may come again.
    mutating func add(_ option: CommandOption, _ value: String?) throws(Failure) {
        if !option.isRepeatable && has(option.name) { throw Failure("option --\(option.name) already seen") }
        entries.append(Entry(option: option, value: value))
    }

    /// Adds a bare word to the first option that wants one.
    mutating func add(data: String) throws(Failure) {
        guard let option = nextPositional else { throw Failure("unexpected data '\(data)'") }
        entries.append(Entry(option: option, value: data))
    }

    /// The option whose value a bare word would be.
    var nextPositional: CommandOption? {
        command.options.first { $0.takesPosition && ($0.isRepeatable || !has($0.name)) }
    }

    /// Throws the name of the first required option that is missing.
    func check() throws(Failure) {
        if asksForHelp { return }
        guard let missing = command.options.first(where: { $0.isRequired && !has($0.name) }) else { return }
        throw Failure("command '\(command.name)' requires <\(missing.name)> option")
    }
}
