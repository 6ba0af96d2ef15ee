import RemoteProtocol
import Virt

/// What one client wants to hear of.
struct CallbackTable: Sendable {
    /// One registration.
    struct Callback: Sendable {
        let id: Int32
        let kind: EventKind
        /// Registered without a number of its own, as old clients do.
        let isLegacy: Bool
        /// The one object that it is about, or all.
        let uuid: UUID?
        let name: String?
    }

    private(set) var callbacks: [Callback] = []
    private var nextID: Int32 = 0

    /// Adds a registration; its number.
    mutating func add(
        _ kind: EventKind, isLegacy: Bool = false, uuid: UUID? = nil, name: String? = nil
    ) -> Int32 {
        let id = nextID
        nextID &+= 1
        callbacks.append(Callback(id: id, kind: kind, isLegacy: isLegacy, uuid: uuid, name: name))
        return id
    }

    /// Removes a registration by its number, and gives it back; nil where there is none.
    mutating func remove(_ subject: EventSubject, id: Int32) -> Callback? {
        remove { $0.kind.subject == subject && !$0.isLegacy && $0.id == id }
    }

    /// Removes the registration that was made without a number, and gives it back; nil where there is none.
    mutating func removeLegacy(_ kind: EventKind) -> Callback? {
        remove { $0.kind == kind && $0.isLegacy }
    }

    /// Whether an event is registered for without a number.
    func hasLegacy(_ kind: EventKind) -> Bool {
        callbacks.contains { $0.kind == kind && $0.isLegacy }
    }

    private mutating func remove(where matches: (Callback) -> Bool) -> Callback? {
        callbacks.firstIndex(where: matches).map { callbacks.remove(at: $0) }
    }

    /// The registrations that an event goes to.
    func callbacks(for event: Event) -> [Callback] {
        let kind = event.kind
        return callbacks.filter { callback in
            guard callback.kind == kind else { return false }
            if let uuid = callback.uuid { return uuid == event.objectUUID }
            if let name = callback.name { return name == event.device?.name }
            return true
        }
    }
}
