import LinuxSystem

/// Commands, one after the other.
extension Session {
    /// Runs what was parsed; says whether the last command succeeded.
    func run(_ commands: [Arguments]) async -> Bool {
        var succeeded = true
        for arguments in commands {
            let start = MonotonicTime.now
            succeeded = await run(arguments)
            reportLoss()
            if isOver { break }
            if !arguments.has("json") { endOutput(since: start) }
        }
        return succeeded
    }

    /// The empty line, or the time it took, between the output of commands.
    private func endOutput(since start: MonotonicTime) {
        if settings.showsTime {
            let micros = start.duration(to: .now) / .microseconds(1)
            output.print("\n(Time: \((micros / 1000).text(digits: 3)) ms)\n\n")
        } else {
            output.note("\n")
        }
    }

    private func run(_ arguments: Arguments) async -> Bool {
        if arguments.asksForHelp {
            output.print(HelpText.of(arguments.command))
            return true
        }
        do {
            if arguments.command.needsConnection { _ = try await connected() }
            if arguments.asksForJSON { try beginJSON(arguments) }
            try await arguments.command.run(self, arguments)
            output.endJSON(hasSucceeded: true)
            return true
        } catch {
            output.endJSON(hasSucceeded: false)
            output.errors(Failure.lines(of: error))
            return false
        }
    }

    private func beginJSON(_ arguments: Arguments) throws(Failure) {
        // What chooses another text for people.
        for other in ["name", "uuid", "id", "tree", "quiet", "raw", "rawstats"]
        where arguments.command.option(other)?.isFlag == true {
            try arguments.exclude("json", other)
        }
        output.beginJSON()
    }

    /// Parses and runs a text with any number of commands; prints what is wrong with it.
    func run(text: String) async -> Bool {
        output.debug(0, "commands: \"\(text)\"\n")
        do {
            return await run(described(try CommandParser.parse(text)))
        } catch {
            output.errors(error.lines)
            return false
        }
    }

    /// Runs the command that the program's own arguments are.
    func run(words: [String]) async -> Bool {
        do {
            return await run(described(try CommandParser.parse(words: words)))
        } catch {
            output.errors(error.lines)
            return false
        }
    }

    /// Shows how each word was understood to those who asked for debug texts.
    func described(_ commands: [Arguments]) -> [Arguments] {
        guard output.debugLevel <= 1 else { return commands }
        for arguments in commands {
            for entry in arguments.entries {
                let kind = entry.option.isFlag ? "bool" : "optdata"
                output.debug(
                    1,
                    "\(arguments.command.name): \(entry.option.name)(\(kind)): \(entry.value ?? "(none)")\n")
            }
        }
        return commands
    }
}
