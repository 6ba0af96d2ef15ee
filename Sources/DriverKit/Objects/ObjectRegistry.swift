import ByteText
import LinuxSystem
import Synchronization
import Virt

/// An object that a registry keeps, as it is now: a value, or a reference to what has a value to show.
public protocol RegisteredObject: Sendable {
    associatedtype Reference: Sendable

    static var kind: ObjectKind<Reference> { get }

    var uuid: UUID { get }
    /// What no two of a kind share beside the identity: a name, or what a secret is used for. Nil where it has none.
    var name: ByteName? { get }
    var reference: Reference { get }
    /// The flags of lists that hold for it.
    var listFlags: UInt32 { get }
}

/// All objects of one kind, by identity and by name.
///
/// Looking never waits. Changes are made one after the other, on a thread that may wait for the disk, so that files,
/// registry and events agree on the order.
public final class ObjectRegistry<Object: RegisteredObject>: Sendable {
    private struct Entries {
        var byUUID: [UUID: Object] = [:]
        var byName: [ByteName: UUID] = [:]
    }

    private let entries = Mutex(Entries())
    /// Held during a change.
    private let changing = Mutex(())

    public init() {}

    // MARK: Look

    /// Every object, in no order.
    public var all: [Object] { entries.withLock { Array($0.byUUID.values) } }

    public subscript(uuid: UUID) -> Object? { entries.withLock { $0.byUUID[uuid] } }

    public subscript(name: ByteName) -> Object? {
        entries.withLock { entries in entries.byName[name].flatMap { entries.byUUID[$0] } }
    }

    /// The object with this identity; throws the kind's "there is none".
    public func object(_ uuid: UUID) throws(VirtError) -> Object {
        if let object = self[uuid] { return object }
        throw Object.kind.none(matching: "uuid '\(uuid)'")
    }

    /// The objects that the flags choose.
    ///
    /// - Parameter function: libvirt's name of the call, for the error about flags that it doesn't know.
    public func list(_ flags: UInt32 = 0, in function: String) throws(VirtError) -> [Object.Reference] {
        try Object.kind.requireListFlags(flags, in: function)
        return all.filter { Object.kind.filter.chooses($0.listFlags, by: flags) }.map(\.reference)
    }

    // MARK: Change

    /// Makes a change while nobody else makes one; `body` may wait for the disk.
    public func change<Result: Sendable>(
        _ body: @escaping @Sendable () throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        try await Blocking.run { () throws(VirtError) -> Result in
            try self.changing.withLock { (_) throws(VirtError) -> Result in try body() }
        }
    }

    /// Puts an object there, in place of the one with the same identity. Call it within a change.
    public func put(_ object: Object) {
        entries.withLock { entries in
            let former = entries.byUUID.updateValue(object, forKey: object.uuid)
            if let name = former?.name { entries.byName[name] = nil }
            if let name = object.name { entries.byName[name] = object.uuid }
        }
    }

    /// Puts an object there once it is kept, and tells of it. Call it within a change.
    ///
    /// - Parameters:
    ///   - isLasting: whether the change outlives the daemon, so that it is announced first.
    ///   - keep: puts it on disk.
    public func put(
        _ object: Object, telling event: Event, in events: EventHub, isLasting: Bool = true,
        keep: () throws(VirtError) -> Void
    ) throws(VirtError) {
        if isLasting { try events.announcing(event, keep) } else { try keep() }
        put(object)
        events.publish(event)
    }

    /// Forgets an object once nothing is kept of it, and tells of it. Call it within a change.
    ///
    /// - Parameter erase: removes it from the disk.
    public func remove(
        _ uuid: UUID, telling event: Event, in events: EventHub, erase: () throws(VirtError) -> Void
    ) throws(VirtError) {
        try events.announcing(event, erase)
        remove(uuid)
        events.publish(event)
    }

    /// Forgets an object. Call it within a change.
    public func remove(_ uuid: UUID) {
        entries.withLock { entries in
            let former = entries.byUUID.removeValue(forKey: uuid)
            if let name = former?.name { entries.byName[name] = nil }
        }
    }
}
