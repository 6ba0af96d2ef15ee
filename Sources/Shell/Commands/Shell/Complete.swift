extension Command {
    static let complete = Command(
        "complete", "list what may stand for an unfinished word",
        description: "Used by the completion of other shells.",
        options: [.rest("string", "the words of a command, the last of them unfinished")], isHidden: true,
        needsConnection: false
    ) { session, arguments in
        let words = arguments.all("string")
        if words.isEmpty {
            let names = CommandGroup.all.flatMap(\.commands).filter { !$0.isHidden }.map(\.name)
            return session.output.print(names.map { $0 + "\n" }.joined())
        }
        let candidates = try await Completion.candidates(for: words, in: session)
        if candidates.isEmpty { throw Failure() }
        session.output.print(candidates.map { $0 + "\n" }.joined())
    }
}
