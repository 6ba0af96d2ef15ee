/// What sort of object an event is about.
public enum EventSubject: String, Hashable, Sendable, CaseIterable {
    case domain = "Domain"
    case network = "Network"
    case storagePool = "StoragePool"
    case nodeDevice = "NodeDevice"
    case secret = "Secret"

    /// libvirt's function by which a client registers for such events.
    public var registration: String { "virConnect\(rawValue)EventRegisterAny" }
}

/// A kind of events, as clients register for it: a sort of objects, and libvirt's number of what happens to them.
public struct EventKind: Hashable, Sendable {
    public let subject: EventSubject
    /// libvirt's number, which counts the kinds of a subject from 0 on (`VIR_NETWORK_EVENT_ID_…`).
    public let id: Int32

    public init(_ subject: EventSubject, _ id: Int32) { (self.subject, self.id) = (subject, id) }

    public static func domain(_ id: DomainEventID) -> EventKind { EventKind(.domain, id.rawValue) }
    public static func network(_ id: NetworkEventID) -> EventKind { EventKind(.network, id.rawValue) }
    public static func storagePool(_ id: StoragePoolEventID) -> EventKind {
        EventKind(.storagePool, id.rawValue)
    }
    public static func nodeDevice(_ id: NodeDeviceEventID) -> EventKind {
        EventKind(.nodeDevice, id.rawValue)
    }
    public static func secret(_ id: SecretEventID) -> EventKind { EventKind(.secret, id.rawValue) }
}

extension Event {
    /// The identity of the object that it happened to; nil of a device of the host, which has none.
    public var objectUUID: UUID? { domain?.uuid ?? network?.uuid ?? pool?.uuid ?? secret?.uuid }
}
