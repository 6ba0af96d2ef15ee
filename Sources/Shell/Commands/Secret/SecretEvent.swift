import ByteText
import Roost
import Virt
import VirtDriver

extension Command {
    static let secretEvent = Command(
        "secret-event", "Secret Events",
        description: "List event types, or wait for secret events to occur",
        options: [
            .value("secret", "filter by secret name or uuid", complete: .secrets),
            .value("event", "which event type to wait for", complete: .words(secretEventNames)),
        ] + Listening.options
    ) { session, arguments in
        if arguments.has("list") {
            return session.output.print(secretEventNames.map { $0 + "\n" }.joined())
        }
        guard let name = try arguments.string("event") else {
            throw Failure("either --list or --event <type> is required")
        }
        guard let number = secretEventNames.firstIndex(where: { $0.hasSameBytes(as: name) }) else {
            throw Failure("unknown event type \(name)")
        }
        let listening = try Listening(arguments)
        let wanted = arguments.has("secret") ? try await session.secret(arguments).reference.uuid : nil
        let connection = try await session.connected()
        let events = try await connection.secretEvents(SecretEventID(rawValue: Int32(number)))
        try await session.listen(listening) { source in
            let pump = Task {
                for await event in events {
                    guard let change = SecretChange(event), change.kind.hasSameBytes(as: name) else {
                        continue
                    }
                    if wanted == nil || change.secret == wanted { source.yield(.text(change.line)) }
                }
            }
            source.onTermination = { _ in pump.cancel() }
        }
    }
}

/// The kinds of events, in the order of their numbers.
private let secretEventNames = ["lifecycle", "value-changed"]

/// An event of a secret as it is printed.
private struct SecretChange {
    let secret: UUID
    let kind: String
    /// What stands behind the UUID.
    var detail = ""

    var line: String { "event '\(kind)' for secret \(secret)\(detail)\n" }

    /// Nil for what happened to no secret.
    init?(_ event: Event) {
        switch event {
        case .secretLifecycle(let change):
            let words = ["Defined", "Undefined"]
            let word = words.indices.contains(Int(change.event)) ? words[Int(change.event)] : "unknown"
            (secret, kind, detail) = (change.secret.uuid, "lifecycle", ": " + word)
        case .secretValueChanged(let change): (secret, kind) = (change.secret.uuid, "value-changed")
        default: return nil
        }
    }
}
