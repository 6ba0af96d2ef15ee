import Roost
import Virt

/// The commands that wait for events of one sort of objects.
extension Command {
    static let netEvent = objectEvent(
        "net-event", "Network Events", .network, "network",
        .value("network", "filter by network name or uuid", complete: .networks)
    ) { .uuid(try await $0.network($1).reference.uuid) }

    static let poolEvent = objectEvent(
        "pool-event", "Storage Pool Events", .storagePool, "storage pool",
        .value("pool", "filter by storage pool name or uuid", complete: .pools)
    ) { .uuid(try await $0.pool($1).reference.uuid) }

    static let nodedevEvent = objectEvent(
        "nodedev-event", "Node Device Events", .nodeDevice, "node device",
        .value("device", "filter by node device name", complete: .nodeDevices)
    ) { .name(try await $0.nodeDevice($1).reference.name) }

    static let secretEvent = objectEvent(
        "secret-event", "Secret Events", .secret, "secret",
        .value("secret", "filter by secret name or uuid", complete: .secrets)
    ) { .uuid(try await $0.secret($1).reference.uuid) }

    /// - Parameters:
    ///   - filter: the option that names an object.
    ///   - find: finds the object that it names.
    private static func objectEvent(
        _ name: String, _ summary: String, _ subject: EventSubject, _ noun: String, _ filter: CommandOption,
        _ find: @escaping @Sendable (Session, Arguments) async throws -> EventObject
    ) -> Command {
        let kinds = CommandOption.value(
            "event", "which event type to wait for", complete: .words(subject.eventNames))
        return Command(
            name, summary, description: "List event types, or wait for \(noun) events to occur",
            options: [filter, kinds] + Listening.options
        ) { session, arguments in
            if arguments.has("list") { return session.output.print(subject.eventList) }
            guard let name = try arguments.string("event") else {
                throw Failure("either --list or --event <type> is required")
            }
            let kind = try subject.eventKind(named: name)
            let listening = try Listening(arguments)
            let object = arguments.has(filter.name) ? try await find(session, arguments) : .any
            let events = try await session.connected().events([kind])
            try await session.listen(listening) { source in
                source.pump(events) { object.matches($0.event) }
            }
        }
    }
}
