@testable import Shell

/// What a session printed, standard output and error in one, as they came.
final class Recording: OutputSink {
    private(set) var text = ""

    func write(_ bytes: [UInt8]) { text += String(decoding: bytes, as: UTF8.self) }
    func writeError(_ bytes: [UInt8]) { text += String(decoding: bytes, as: UTF8.self) }
}

/// A session of the test driver whose output is kept.
struct RecordedSession {
    let recording = Recording()
    let session: Session

    init(uri: String? = nil, debugLevel: Int = 4, isQuiet: Bool = false) {
        let output = Output(sink: recording)
        output.debugLevel = debugLevel
        output.isQuiet = isQuiet
        session = Session(settings: Settings(uri: uri), output: output)
    }

    /// What the commands of `text` print.
    func run(_ text: String) async -> (text: String, succeeded: Bool) {
        let succeeded = await session.run(text: text)
        session.output.flush()
        return (recording.text, succeeded)
    }

    /// What the command with these words prints.
    func run(words: [String]) async -> (text: String, succeeded: Bool) {
        let succeeded = await session.run(words: words)
        session.output.flush()
        return (recording.text, succeeded)
    }
}
