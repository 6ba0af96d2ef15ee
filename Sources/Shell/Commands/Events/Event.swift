import Roost
import Virt
import VirtDriver

extension Command {
    static let event = Command(
        "event", "domain events", description: "List event types, or wait for domain events to occur.",
        options: [
            .value("domain", "only of this domain (name, id or uuid)", complete: .domains()),
            .value("event", "which event type to wait for", complete: .words(DomainEventKind.names)),
            .flag("all", "wait for all events instead of just one type"),
        ] + Listening.options
    ) { session, arguments in
        if arguments.has("list") {
            return session.output.print(DomainEventKind.names.map { $0 + "\n" }.joined())
        }
        let kinds = try eventKinds(arguments)
        let listening = try Listening(arguments)
        let wanted = arguments.has("domain") ? try await session.domain(arguments).reference.uuid : nil
        let names = Set(kinds.map { DomainEventKind.names[Int($0.rawValue)] })
        let connection = try await session.connected()
        let events = try await connection.domainEvents([])
        for kind in kinds {
            do throws(VirtError) {
                try await connection.driver.enableDomainEvent(kind)
            } catch {
                // An older daemon doesn't know the newest kinds; of all, those that it knows are meant.
                if kinds.count == 1 || error.code == .rpc { throw error }
            }
        }
        try await session.listen(listening) { source in
            let pump = Task {
                for await event in events {
                    guard let text = DomainEventText(event), names.contains(text.kind) else { continue }
                    if wanted == nil || text.domain.uuid == wanted { source.yield(.text(text.line)) }
                }
            }
            source.onTermination = { _ in pump.cancel() }
        }
    }
}

private func eventKinds(_ arguments: Arguments) throws(Failure) -> [DomainEventID] {
    if let name = try arguments.string("event"), !arguments.has("all") {
        guard let kind = DomainEventKind.named(name) else { throw Failure("unknown event type \(name)") }
        return [kind]
    }
    if arguments.has("all") { return DomainEventKind.all }
    throw Failure("one of --list, --all, or --event <type> is required")
}
