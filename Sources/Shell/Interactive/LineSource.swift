/// Where the lines of an interactive session come from.
protocol LineSource: AnyObject {
    /// The next line without its end, after `prompt` was shown; nil at the end.
    func next(prompt: String, session: Session) async -> String?
    /// No more lines will be asked for.
    func finish()
}

/// Standard input that is no terminal: a file or another program. Each line is shown behind the prompt as if it had
/// been typed, so that the output reads like a session.
final class PlainLines: LineSource {
    private let input: StandardInput

    init(input: StandardInput) {
        self.input = input
    }

    func next(prompt: String, session: Session) async -> String? {
        session.output.print(prompt)
        guard let line = input.line() else {
            session.output.print("\n")
            return nil
        }
        session.output.print(line + "\n")
        return line
    }

    func finish() {}
}
