/// How the flags of a list choose: in each group of flags that has one set, one that is set must hold.
public struct ListFilter: Sendable {
    /// The groups, as bits of the flags.
    public let groups: [UInt32]

    public init(groups: [UInt32]) { self.groups = groups }

    /// All the flags that the list knows.
    public var known: UInt32 { groups.reduce(0) { $0 | $1 } }

    /// Whether an object of which the flags in `truths` hold is chosen.
    public func chooses(_ truths: UInt32, by flags: UInt32) -> Bool {
        groups.allSatisfy { flags & $0 == 0 || flags & $0 & truths != 0 }
    }
}
