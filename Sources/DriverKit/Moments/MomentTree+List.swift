import ByteText
import Virt
import VirtXML

/// A kind of moment whose lists are chosen by flags.
public protocol ListedMoment: Moment {
    /// The groups of flags that lists choose by.
    static var filter: ListFilter { get }
    /// The flags that hold for it, but for those that its place in the tree answers.
    var truths: UInt32 { get }
    static var leaves: UInt32 { get }
    static var noLeaves: UInt32 { get }
    static var topological: UInt32 { get }
}

/// In lists of a domain the flag means those that stand on nothing; in those of a moment, all below it.
private let rootsOrDescendants: UInt32 = 1

extension ListedMoment {
    /// All the flags that a list knows.
    static var listFlags: UInt32 { rootsOrDescendants | filter.known | topological }
}

extension SnapshotDefinition: ListedMoment {
    public static let filter = ListFilter(groups: [
        flags([.metadata, .noMetadata]), flags([.leaves, .noLeaves]),
        flags([.inactive, .active, .diskOnly]), flags([.internal, .external]),
    ])
    public static let leaves = flags(.leaves)
    public static let noLeaves = flags(.noLeaves)
    public static let topological = flags(.topological)

    private static func flags(_ flags: DomainSnapshotListFlags) -> UInt32 { flags.rawValue }

    public var truths: UInt32 {
        var truths: DomainSnapshotListFlags = .metadata
        switch state {
        case "shutoff": truths.insert(.inactive)
        case "disk-snapshot": truths.insert(.diskOnly)
        default: truths.insert(.active)
        }
        truths.insert(isExternal ? .external : .internal)
        return truths.rawValue
    }
}

extension CheckpointDefinition: ListedMoment {
    public static let filter = ListFilter(groups: [leaves | noLeaves])
    public static let leaves = DomainCheckpointListFlags.leaves.rawValue
    public static let noLeaves = DomainCheckpointListFlags.noLeaves.rawValue
    public static let topological = DomainCheckpointListFlags.topological.rawValue
    public var truths: UInt32 { 0 }
}

extension MomentTree where Definition: ListedMoment {
    /// The names that flags choose among the domain's moments, or among those on one of them: each behind what it stands on.
    ///
    /// - Parameter name: the moment whose children are listed; nil for the domain's list.
    func list(from name: String?, _ flags: UInt32) -> [String] {
        let first = flags & rootsOrDescendants != 0
        // Of a domain all are listed, or the roots; of a moment its children, or all below it.
        let found = first == (name == nil) ? children(of: name) : descendants(of: name)
        let index = flags & (Definition.leaves | Definition.noLeaves) == 0 ? [:] : index()
        return found.filter { candidate in
            guard let moment = self[candidate] else { return false }
            let isLeaf = index[ByteName(candidate)] == nil
            let place = isLeaf ? Definition.leaves : Definition.noLeaves
            return Definition.filter.chooses(moment.truths | place, by: flags)
        }
    }
}
