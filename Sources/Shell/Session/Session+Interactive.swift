import LinuxSystem

/// The shell that one talks to.
extension Session {
    /// Reads and runs lines until `quit` or the end of the input.
    func runInteractively() async {
        isInteractive = true
        output.note(Self.welcome)
        let input = StandardInput()
        let lines: any LineSource =
            Terminal.input.isPresent && Terminal.output.isPresent
            ? TerminalLines(input: input) : PlainLines(input: input)
        while !isOver, let line = await lines.next(prompt: prompt, session: self) {
            _ = await run(line: line)
            output.flush()
        }
        if isOver { output.print("\n") }
        lines.finish()
    }

    private func run(line: String) async -> Bool {
        if line.isEmpty { return true }
        do {
            return await run(described(try CommandParser.parse(line)))
        } catch {
            output.errors(error.lines)
            return false
        }
    }

    private var prompt: String { settings.isReadOnly ? "roost > " : "roost # " }

    private static let welcome = """
        Welcome to roost, the virtualization interactive terminal.

        Type:  'help' for help with commands
               'quit' to quit


        """
}
