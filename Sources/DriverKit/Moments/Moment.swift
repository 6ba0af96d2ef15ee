import ByteText
import Virt
import VirtXML
import XMLBinding

/// A moment of a domain that is kept under a name and stands on the one before it: a snapshot or a checkpoint.
public protocol Moment: XMLRoot, Sendable {
    var name: String? { get set }
    /// The name of the moment that it stands on.
    var parent: String? { get set }
    /// Seconds since 1970.
    var creationTime: Int64? { get }
    /// Whether the domain's present state stands on it, where its own record says so.
    var isMarkedCurrent: Bool { get set }
    static var kind: MomentKind { get }
}

/// How errors speak of a kind of moment.
public struct MomentKind: Sendable {
    /// `snapshot`
    public let noun: String
    /// That there is none of a name.
    public let missing: ErrorNumber
    /// Where errors about documents come from.
    public let origin: ErrorDomain
}

extension SnapshotDefinition: Moment {
    public static let kind = MomentKind(
        noun: "snapshot", missing: .noDomainSnapshot, origin: .domainSnapshot)

    public var isMarkedCurrent: Bool {
        get { active ?? false }
        set { active = newValue }
    }
}

extension CheckpointDefinition: Moment {
    public static let kind = MomentKind(
        noun: "checkpoint", missing: .noDomainCheckpoint, origin: .domainCheckpoint)

    /// Checkpoints stand in a line: the last of them is the current one, and no record says so.
    public var isMarkedCurrent: Bool {
        get { false }
        set {}
    }
}

extension MomentKind {
    /// Refuses a name that no file can have.
    func check(name: String, from origin: ErrorDomain) throws(VirtError) {
        func refused(_ why: String) -> VirtError {
            VirtError(.xmlDetail, "invalid \(noun) name '\(name)': name \(why)", from: origin)
        }
        if name.contains(byte: "/") { throw refused("can't contain '/'") }
        if name.hasBytePrefix(".") { throw refused("can't start with '.'") }
        if name.utf8.count > DocumentStore.longestName {
            throw refused("can't have more than \(DocumentStore.longestName) bytes")
        }
        try DocumentStore.check(name: name, from: origin)
    }
}
