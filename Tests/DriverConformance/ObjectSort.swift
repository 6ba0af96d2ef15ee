import Virt
import VirtDriver

/// An object that is tried, by what identifies it.
public struct TriedObject: Hashable, Sendable {
    public let name: String
    public let uuid: UUID

    public init(name: String, uuid: UUID) { (self.name, self.uuid) = (name, uuid) }
}

/// How a document says that an object is to be otherwise than usual.
public enum ObjectVariant: Sendable, CaseIterable {
    case plain, ephemeral, `private`
}

/// One sort of objects of a driver: what all of them can be asked.
public protocol ObjectSort: Sendable, CustomStringConvertible {
    var connection: any DriverConnection { get }
    var subject: EventSubject { get }
    var differences: ObjectDifferences { get }
    /// What is answered where there is no such object.
    var missing: ErrorNumber { get }
    /// The groups of flags of its lists: each pair says that something is so, and that it isn't.
    var listGroups: [UInt32] { get }
    var variants: [ObjectVariant] { get }

    func document(_ object: TriedObject, _ variant: ObjectVariant) -> String
    func define(_ document: String) async throws(VirtError)
    func undefine(_ object: TriedObject) async throws(VirtError)
    func xml(_ object: TriedObject) async throws(VirtError) -> String
    /// The object that the name finds, and the one that the identity finds.
    func find(name: String) async throws(VirtError) -> UUID
    func find(uuid: UUID) async throws(VirtError) -> UUID
    func list(_ flags: UInt32) async throws(VirtError) -> [UUID]
    /// Which flags of lists should hold for the object, as it says itself that it is.
    func truths(_ object: TriedObject, _ variant: ObjectVariant) async throws(VirtError) -> UInt32
}

/// A sort of objects that start and stop.
public protocol StartableSort: ObjectSort {
    /// libvirt's number of the event that such an object has stopped.
    var stopped: Int32 { get }
    func create(_ document: String) async throws(VirtError)
    func start(_ object: TriedObject) async throws(VirtError)
    func stop(_ object: TriedObject) async throws(VirtError)
    func isActive(_ object: TriedObject) async throws(VirtError) -> Bool
    func isPersistent(_ object: TriedObject) async throws(VirtError) -> Bool
    func autostart(_ object: TriedObject) async throws(VirtError) -> Bool
    func setAutostart(_ object: TriedObject, _ starts: Bool) async throws(VirtError)
}

/// What a driver's objects of a sort do otherwise than the rule says, on purpose.
public struct ObjectDifferences: Sendable {
    /// A name, or a use, that another has.
    public var nameTaken = ErrorNumber.operationFailed
    public var startWhileActive = ErrorNumber.operationInvalid
    /// nil where it succeeds.
    public var stopWhileInactive: ErrorNumber? = .operationInvalid
    /// nil where it leaves a transient object.
    public var undefineWhileActive: ErrorNumber? = .operationInvalid

    public init() {}
}

extension ObjectSort {
    public var variants: [ObjectVariant] { [.plain] }

    /// Does something with an object of its own, of which nothing is left afterwards.
    func withObject(
        named name: String = "conformance", _ variant: ObjectVariant = .plain,
        _ body: (TriedObject) async throws -> Void
    ) async throws {
        let object = TriedObject(name: "\(name)-\(UUID.random())", uuid: .random())
        try await define(document(object, variant))
        let result: Result<Void, any Error>
        do { result = .success(try await body(object)) } catch { result = .failure(error) }
        await clear(object)
        try result.get()
    }

    /// Removes what is left of an object.
    func clear(_ object: TriedObject) async {
        try? await (self as? any StartableSort)?.stop(object)
        try? await undefine(object)
    }

    /// Makes a call that must say that there is no such object.
    func expectMissing(_ what: String, _ call: () async throws(VirtError) -> Void) async throws {
        try await expectError(missing, what, call)
    }
}
