import ByteText
import DriverKit
import Synchronization
import Virt
import XMLBinding

/// The objects of one kind that a host keeps. Each change is one step, which nobody sees half done.
final class TestCollection<Object: TestObject>: Sendable {
    typealias Definition = Object.Definition

    private let objects = Mutex<[UUID: Object]>([:])

    // MARK: Find

    var all: [Object] { objects.withLock { Array($0.values) } }

    func object(named name: String) throws(VirtError) -> Object {
        if let object = all.first(where: { $0.name.hasSameBytes(as: name) }) { return object }
        throw Self.missing("name '\(name)'")
    }

    func object(uuid: UUID) throws(VirtError) -> Object {
        if let object = objects.withLock({ $0[uuid] }) { return object }
        throw Self.missing("uuid '\(uuid)'")
    }

    private static func missing(_ what: String) -> VirtError {
        VirtError(
            Definition.noun.missing, "no \(Definition.noun.name) with matching \(what)", from: .test)
    }

    // MARK: Change

    /// Changes an object in one step. It goes once it is neither active nor persistent.
    func change<Result: Sendable>(
        _ uuid: UUID, named name: String, _ body: (inout Object) throws(VirtError) -> Result
    ) throws(VirtError) -> Result {
        try objects.withLock { (objects) throws(VirtError) -> Result in
            guard var object = objects[uuid] else { throw Self.missing("name '\(name)'") }
            let result = try body(&object)
            objects[uuid] = object.isActive || object.isPersistent ? object : nil
            return result
        }
    }

    /// Puts a definition there, of a new object or in place of the former one.
    ///
    /// - Parameters:
    ///   - toStart: it is to be active at once, and to live only as long.
    ///   - tell: called with the object as it is then, in the same step.
    func put(
        _ definition: Definition, toStart: Bool, _ prepare: (inout Object) -> Void = { _ in },
        tell: (Object) -> Void
    ) throws(VirtError) -> Object {
        try objects.withLock { (objects) throws(VirtError) -> Object in
            let uuid = definition.uuid ?? .random()
            var object = objects[uuid] ?? Object()
            try Self.check(definition, uuid, among: objects, toStart: toStart)
            if toStart { object.live = definition } else { object.persistent = definition }
            prepare(&object)
            objects[uuid] = object
            tell(object)
            return object
        }
    }

    /// A name belongs to one identity, and an active object isn't started again.
    private static func check(
        _ definition: Definition, _ uuid: UUID, among objects: [UUID: Object], toStart: Bool
    ) throws(VirtError) {
        let (name, noun) = (definition.name, Definition.noun)
        if let known = objects[uuid] {
            if !known.name.hasSameBytes(as: name) {
                let message = "\(noun.short) '\(known.name)' is already defined with uuid \(uuid)"
                throw VirtError(.operationFailed, message, from: noun.origin)
            }
            if toStart && known.isActive {
                let message = "\(noun.short) is already active as '\(name)'"
                throw VirtError(.operationInvalid, message, from: noun.origin)
            }
        } else if let other = objects.values.first(where: { $0.name.hasSameBytes(as: name) }) {
            let message = "\(noun.short) '\(name)' already exists with uuid \(other.uuid)"
            throw VirtError(.operationFailed, message, from: noun.origin)
        }
    }

    // MARK: Documents

    /// Reads a document, and gives it an identity if it has none.
    static func definition(_ text: String) throws(VirtError) -> Definition {
        do throws(XMLError) {
            var definition = try Definition(xml: text, options: .inactive)
            if definition.uuid == nil { definition.uuid = .random() }
            return definition
        } catch {
            throw VirtError(document: error, from: Definition.noun.origin)
        }
    }
}
