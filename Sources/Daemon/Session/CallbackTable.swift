import RemoteProtocol
import Virt

/// What one client wants to hear of.
struct CallbackTable: Sendable {
    /// One registration.
    struct Callback: Sendable {
        let id: Int32
        let kind: EventMessage.Kind
        let eventID: Int32
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
        _ kind: EventMessage.Kind, eventID: Int32, isLegacy: Bool = false, uuid: UUID? = nil,
        name: String? = nil
    ) -> Int32 {
        let id = nextID
        nextID &+= 1
        callbacks.append(
            Callback(id: id, kind: kind, eventID: eventID, isLegacy: isLegacy, uuid: uuid, name: name))
        return id
    }

    /// Removes a registration by its number; false where there is none.
    mutating func remove(_ kind: EventMessage.Kind, id: Int32) -> Bool {
        remove { $0.kind == kind && !$0.isLegacy && $0.id == id }
    }

    /// Removes the registration that was made without a number; false where there is none.
    mutating func removeLegacy(eventID: Int32) -> Bool {
        remove { $0.kind == .domain && $0.isLegacy && $0.eventID == eventID }
    }

    /// Whether an event is registered for without a number.
    func hasLegacy(eventID: Int32) -> Bool {
        callbacks.contains { $0.kind == .domain && $0.isLegacy && $0.eventID == eventID }
    }

    private mutating func remove(where matches: (Callback) -> Bool) -> Bool {
        guard let index = callbacks.firstIndex(where: matches) else { return false }
        callbacks.remove(at: index)
        return true
    }

    /// The registrations that an event goes to.
    func callbacks(for event: Event, _ message: EventMessage) -> [Callback] {
        callbacks.filter { callback in
            guard callback.kind == message.kind, callback.eventID == message.id else { return false }
            if let uuid = callback.uuid { return uuid == event.objectUUID }
            if let name = callback.name { return name == event.device?.name }
            return true
        }
    }
}

extension Event {
    /// The identity of the object that it happened to.
    var objectUUID: UUID? { domain?.uuid ?? network?.uuid ?? pool?.uuid ?? secret?.uuid }
}
