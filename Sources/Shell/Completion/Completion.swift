import ByteText

/// What may stand in place of a word that isn't finished.
enum Completion {
    /// The candidates for the last of `words`.
    static func candidates(for words: [String], in session: Session) async throws -> [String] {
        let partial = words.last ?? ""
        guard words.count > 1, let name = words.first, let command = CommandGroup.command(name) else {
            return commands(beginningWith: partial)
        }
        var parser = CommandParser()
        let isSound = parser.readBeginning(of: words.dropFirst().dropLast(), for: command)
        guard let arguments = parser.parsed.first else { return [] }
        if let option = parser.openOption { return try await values(of: option, partial, arguments, session) }
        if partial.isEmpty || partial.hasBytePrefix("-") {
            return options(of: command, beginningWith: partial, except: isSound ? arguments : nil)
        }
        guard let option = arguments.nextPositional else { return [] }
        return try await values(of: option, partial, arguments, session)
    }

    private static func commands(beginningWith partial: String) -> [String] {
        CommandGroup.all.flatMap { group in
            group.commands.filter { !$0.isHidden && $0.name.hasBytePrefix(partial) }.map(\.name)
        }
    }

    private static func options(
        of command: Command, beginningWith partial: String, except given: Arguments?
    ) -> [String] {
        let open = command.options.filter { option in
            // Where nothing is begun, what there is is what virsh has.
            if option.isLeftOutOfHelp && partial.isEmpty { return false }
            return !option.isAlias && (option.isRepeatable || given?.has(option.name) != true)
        }
        return open.map { "--" + $0.name }.filter { $0.hasBytePrefix(partial) }
    }

    private static func values(
        of option: CommandOption, _ partial: String, _ arguments: Arguments, _ session: Session
    ) async throws -> [String] {
        guard let completer = option.completer else { return [] }
        if completer.isPath { return session.isInteractive ? PathCompletion.candidates(for: partial) : [] }
        let values = try await candidates(of: completer, arguments, session)
        guard completer.isList, let comma = partial.lastIndex(ofByte: ",") else {
            return values.filter { $0.hasBytePrefix(partial) }
        }
        let done = partial[...comma]
        let taken = done.split(atByte: ",")
        let last = partial[partial.utf8.index(after: comma)...]
        return values.filter { $0.hasBytePrefix(last) && !taken.contains(Substring($0)) }.map { done + $0 }
    }

    /// All values; none where they can't be found. That there is no connection is worth an error.
    private static func candidates(
        of completer: Completer, _ arguments: Arguments, _ session: Session
    ) async throws -> [String] {
        if completer.needsConnection { _ = try await session.connected() }
        return (try? await completer.candidates(session, arguments)) ?? []
    }
}
