import JSON
import LinuxSystem

/// The commands whose replies somebody waits for.
///
/// A reply is held back until the events before it have been taken in: whoever gets one knows what came first.
struct AwaitedReplies {
    typealias Reply = Result<JSONValue, QMPError>

    private struct Command {
        let name: String
        let deadline: EventLoop.Timer?
        let answer: (Reply) -> Void
    }

    private struct Held {
        let id: QMPSession.ID
        let reply: Reply
        /// The last event before it.
        let event: WaitingEvents.Number
    }

    private var commands: [QMPSession.ID: Command] = [:]
    private var held: [Held] = []

    /// Has `answer` called once with what becomes of a command.
    mutating func expect(
        _ id: QMPSession.ID, _ name: String, deadline: EventLoop.Timer?, _ answer: @escaping (Reply) -> Void
    ) {
        commands[id] = Command(name: name, deadline: deadline, answer: answer)
    }

    /// A reply has come.
    mutating func take(_ id: QMPSession.ID, _ reply: Reply, after events: WaitingEvents) {
        if let last = events.lastNotTakenIn {
            held.append(Held(id: id, reply: reply, event: last))
        } else {
            answer(id, reply)
        }
    }

    /// Gives those replies that waited for events which have been taken in.
    mutating func release(_ events: WaitingEvents) {
        while let first = held.first, !events.isAwaited(first.event) {
            held.removeFirst()
            answer(first.id, first.reply)
        }
    }

    /// A command's time is up; false where nobody waits for its reply any longer.
    mutating func expire(_ id: QMPSession.ID) -> Bool {
        guard let name = commands[id]?.name else { return false }
        answer(id, .failure(.timedOut(command: name)))
        return true
    }

    /// Answers all, as no reply comes any more.
    mutating func fail(_ error: QMPError) {
        for id in commands.keys { answer(id, .failure(error)) }
        held = []
    }

    private mutating func answer(_ id: QMPSession.ID, _ reply: Reply) {
        guard let command = commands.removeValue(forKey: id) else { return }
        command.deadline?.cancel()
        command.answer(reply)
    }
}
