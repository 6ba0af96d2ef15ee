import ByteText
import Virt
import XMLBinding

extension ObjectRegistry where Object: StartableObject {
    // MARK: Look

    /// The object with this name; throws the kind's "there is none".
    public func object(named name: String) throws(VirtError) -> Object {
        if let object = self[ByteName(name)] { return object }
        throw Object.kind.none(matching: "name '\(name)'")
    }

    /// The names of the objects that run, or of those that don't.
    public func names(active: Bool) -> [String] { all.filter { $0.isActive == active }.map(\.title) }

    // MARK: Change

    /// Changes an object, alone. It goes once it neither runs nor is defined.
    ///
    /// - Parameters:
    ///   - none: says that there is none.
    ///   - events: where what the change tells of is told, once everybody sees the change.
    public func change<Result: Sendable>(
        _ uuid: UUID, orElse none: VirtError, telling events: EventHub,
        _ body: @escaping @Sendable (inout Object, inout [Event]) throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        try await change { () throws(VirtError) -> Result in
            guard var object = self[uuid] else { throw none }
            var told: [Event] = []
            let result = try body(&object, &told)
            if object.isActive || object.isPersistent { self.put(object) } else { self.remove(uuid) }
            for event in told { events.publish(event) }
            return result
        }
    }

    /// Puts there what a document describes, as a new object or in place of the former one, and tells of it.
    ///
    /// - Parameters:
    ///   - toStart: it is to run at once, and to live only as long.
    ///   - change: what is told, by libvirt's number.
    public func put(
        document: String, toStart: Bool, telling change: Int32, in events: EventHub
    ) async throws(VirtError) -> Object.Reference {
        let definition = try Self.definition(document)
        return try await self.change { () throws(VirtError) -> Object.Reference in
            let uuid = definition.uuid ?? .random()
            try self.check(definition.name, uuid, toStart: toStart)
            var object = self[uuid] ?? Object(uuid: uuid)
            if toStart { object.live = definition } else { object.persistent = definition }
            self.put(object)
            events.publish(Object.kind.lifecycle(object.reference, change))
            return object.reference
        }
    }

    /// Throws unless a name belongs to one identity, and for what runs and is to be started again. Call it within a change.
    public func check(_ name: String, _ uuid: UUID, toStart: Bool) throws(VirtError) {
        let kind = Object.kind
        if let known = self[uuid] {
            if !known.title.hasSameBytes(as: name) {
                let message = "\(kind.short) '\(known.title)' is already defined with uuid \(uuid)"
                throw VirtError(.operationFailed, message, from: kind.definitions)
            }
            if toStart && known.isActive {
                let message = "\(kind.short) is already active as '\(name)'"
                throw VirtError(.operationInvalid, message, from: kind.definitions)
            }
        } else if let other = self[ByteName(name)] {
            let message = "\(kind.short) '\(name)' already exists with uuid \(other.uuid)"
            throw VirtError(.operationFailed, message, from: kind.definitions)
        }
    }

    // MARK: Documents

    /// Reads a document, and gives it an identity if it has none.
    public static func definition(_ text: String) throws(VirtError) -> Object.Definition {
        var definition = try Object.Definition(document: text, from: Object.kind.definitions)
        if definition.uuid == nil { definition.uuid = .random() }
        return definition
    }
}
