import ByteText

/// Finds commands and their options in words.
struct CommandParser {
    /// What was understood, in order; kept when parsing fails, since completion works on the beginning of a line.
    private(set) var parsed: [Arguments] = []
    /// The option that waits for its value at the end of the words.
    private(set) var openOption: CommandOption?

    /// All the commands of `text`, none of which ran yet.
    static func parse(_ text: String) throws(Failure) -> [Arguments] {
        var parser = CommandParser()
        var tokenizer = Tokenizer(text)
        var words: [String] = []
        while true {
            let token = try tokenizer.next()
            if case .word(let word) = token {
                words.append(word)
                continue
            }
            if !words.isEmpty { try parser.read(words) }
            words = []
            if token == .end { return parser.parsed }
        }
    }

    /// The one command whose words stand in `words`, as the program's own arguments do.
    static func parse(words: [String]) throws(Failure) -> [Arguments] {
        var parser = CommandParser()
        try parser.read(words)
        return parser.parsed
    }

    /// Reads one command; throws in virsh's words.
    mutating func read(_ words: [String]) throws(Failure) {
        guard let name = words.first else { return }
        guard let command = CommandGroup.command(name) else { throw Failure.unknownCommand(name) }
        if name == Command.admin.name, words.count > 1, !Self.looksLikeOption(words[1]) {
            return try readAdministration(Array(words.dropFirst()))
        }
        try read(words.dropFirst(), of: command)
    }

    /// Reads a command that stands behind the word `admin`.
    private mutating func readAdministration(_ words: [String]) throws(Failure) {
        guard let name = words.first else { return }
        guard let command = CommandGroup.administrationCommand(name) else {
            throw Failure.unknownCommand(name, in: CommandGroup.administration)
        }
        try read(words.dropFirst(), of: command)
    }

    private mutating func read(_ words: some Collection<String>, of command: Command) throws(Failure) {
        var arguments = Arguments(command: command)
        // Who asks for help is given it, whatever stands beside the first bare word.
        let asksForHelp = command.name == Command.help.name
        let rest = asksForHelp ? Array(words.filter { !Self.looksLikeOption($0) }.prefix(1)) : Array(words)
        try readOptions(rest, into: &arguments)
        try arguments.check()
        parsed.append(arguments)
    }

    /// Reads options up to the first that is wrong, and says whether there was none.
    mutating func readBeginning(of words: some Collection<String>, for command: Command) -> Bool {
        var arguments = Arguments(command: command)
        defer { parsed = [arguments] }
        do throws(Failure) {
            try readOptions(words, into: &arguments)
            return true
        } catch {
            return openOption != nil
        }
    }

    private mutating func readOptions(
        _ words: some Collection<String>, into arguments: inout Arguments
    ) throws(Failure) {
        var isDataOnly = false
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            if !isDataOnly && word == "--" {
                isDataOnly = true
            } else if !isDataOnly && Self.looksLikeOption(word) {
                try readOption(word.droppingBytePrefix("--") ?? "", &rest, into: &arguments)
            } else {
                try arguments.add(data: word)
            }
        }
    }

    /// `--` and a letter or digit; everything else that begins with a hyphen is data.
    static func looksLikeOption(_ word: String) -> Bool {
        let bytes = word.utf8.prefix(3)
        guard bytes.count == 3, word.hasBytePrefix("--"), let third = bytes.last else { return false }
        return (48...57).contains(third) || (65...90).contains(third) || (97...122).contains(third)
    }

    private mutating func readOption(
        _ text: Substring, _ rest: inout ArraySlice<String>, into arguments: inout Arguments
    ) throws(Failure) {
        let parts = text.split(atByte: "=", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? String(parts[1]) : nil
        if parts[0] == "help" { return arguments.asksForHelp = true }
        let (option, given) = try arguments.find(parts[0])
        if option.isFlag || given != nil {
            guard value == nil else { throw Failure("invalid '=' after option --\(parts[0])") }
            value = given
        } else if value == nil {
            guard let next = rest.popFirst() else {
                openOption = option
                throw Failure("expected syntax: --\(option.name) <\(option.type.rawValue)>")
            }
            value = next
        }
        try arguments.add(option, value)
    }
}
