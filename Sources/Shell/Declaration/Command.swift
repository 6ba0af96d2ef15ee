/// One command, as data: its name, its help, its options and what it does.
///
/// All that the shell knows of a command stands here. Parsing, `help`, `--help` and completion read the same value.
public struct Command: Sendable {
    public let name: String
    /// What it does, in one line of `help`.
    public let summary: String
    /// What its own help says below DESCRIPTION.
    public let description: String
    public let options: [CommandOption]
    /// Left out of `help` and of completion.
    public let isHidden: Bool
    /// Whether there must be a connection before it runs.
    public let needsConnection: Bool
    /// Does the work. Throws `Failure`, `VirtError` or `SystemError`, which the session prints.
    let run: @Sendable (Session, Arguments) async throws -> Void

    init(
        _ name: String, _ summary: String, description: String? = nil, options: [CommandOption] = [],
        isHidden: Bool = false, needsConnection: Bool = true,
        run: @escaping @Sendable (Session, Arguments) async throws -> Void
    ) {
        self.name = name
        self.summary = summary
        self.description = description ?? summary
        self.options = options
        self.isHidden = isHidden
        self.needsConnection = needsConnection
        self.run = run
    }

    /// The same command under another name, hidden from help.
    func alias(_ other: String) -> Command {
        Command(
            other, summary, description: description, options: options, isHidden: true,
            needsConnection: needsConnection, run: run)
    }

    /// The option called `name`, aliases included.
    func option(_ name: some StringProtocol) -> CommandOption? {
        options.first { $0.name == name }
    }
}
