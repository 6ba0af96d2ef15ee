import Roost
import Virt

extension Command {
    static let event = Command(
        "event", "Domain Events",
        description: """
            List event types, or wait for domain events to occur

            With --since, everything that happened on the host from the event with that number on, as its daemon has
            kept it, whatever became of daemon and client meanwhile; each with its number. With --loop what happens
            afterwards follows, with --reconnect also after the end
            of the daemon, from the next one.
            """,
        options: [
            .value("domain", "filter by domain name, id or uuid", complete: .domains()),
            .value(
                "event", "which event type to wait for", complete: .words(EventSubject.domain.eventNames)),
            .flag("all", "wait for all events instead of just one type"),
        ] + Listening.options + [
            .named(
                "since", "show all events from this number on, 0 for the first that is kept", type: .number),
            .flag("reconnect", "go on with the next daemon when this one ends; without --since from now on"),
        ]
    ) { session, arguments in
        if arguments.has("list") {
            return session.output.print(EventSubject.domain.eventList)
        }
        if arguments.has("since") || arguments.has("reconnect") {
            return try await session.showEvents(arguments)
        }
        try arguments.exclude("all", "event")
        let kinds = try eventKinds(arguments)
        let listening = try Listening(arguments)
        let domain = try await session.eventDomain(arguments)
        let events = try await session.connected().events(kinds, passingOverUnknown: kinds.count > 1)
        try await session.listen(listening) { source in
            source.pump(events) { domain.matches($0.event) }
        }
    }
}

extension Session {
    /// The domain whose events are wanted.
    func eventDomain(_ arguments: Arguments) async throws -> EventObject {
        arguments.has("domain") ? .uuid(try await domain(arguments).reference.uuid) : .any
    }
}

/// The kinds of domains' events that are asked for.
func eventKinds(_ arguments: Arguments) throws(Failure) -> [EventKind] {
    if let name = try arguments.string("event"), !arguments.has("all") {
        return [try EventSubject.domain.eventKind(named: name)]
    }
    if arguments.has("all") { return EventSubject.domain.eventKinds }
    throw Failure("one of --list, --all, or --event <type> is required")
}
