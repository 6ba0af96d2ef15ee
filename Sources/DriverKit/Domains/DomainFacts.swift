import Virt

/// What a list of domains is made from.
public struct DomainFacts: Sendable {
    public var reference: DomainReference
    public var state: DomainState
    public var isPersistent: Bool
    public var isAutostarted: Bool
    public var hasManagedSave: Bool
    public var hasSnapshots: Bool
    public var hasCheckpoints: Bool

    public init(
        reference: DomainReference, state: DomainState, isPersistent: Bool, isAutostarted: Bool,
        hasManagedSave: Bool = false, hasSnapshots: Bool = false, hasCheckpoints: Bool = false
    ) {
        (self.reference, self.state, self.isPersistent) = (reference, state, isPersistent)
        (self.isAutostarted, self.hasManagedSave) = (isAutostarted, hasManagedSave)
        (self.hasSnapshots, self.hasCheckpoints) = (hasSnapshots, hasCheckpoints)
    }

    /// Whether it has a number, that is, whether it is not shut off.
    public var isActive: Bool { reference.id >= 0 }

    /// Whether there is such a domain. Its place may be taken already by one that is about to be defined or started, and
    /// is taken still by one that has just ended.
    public var exists: Bool { isPersistent || isActive }
}
