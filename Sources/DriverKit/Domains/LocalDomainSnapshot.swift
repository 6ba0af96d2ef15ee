import Virt
import VirtXML
import XMLBinding

/// What a driver knows of a running guest beside its document; empty where nothing runs.
public protocol RunFacts: Sendable {
    init()
}

/// What one domain of a local driver is at an instant, for those who only read. Every read takes a copy, so the
/// definitions, which have some hundred parts, stand out of line.
public struct LocalDomainSnapshot<Run: RunFacts>: Sendable {
    public var name: String
    public let uuid: UUID
    /// The number while it runs; -1 while it doesn't.
    public var id: Int32 = -1
    public var state = DomainState.shutoff
    /// Why it is in its state; what the number means depends on the state.
    public var reason: Int32 = 0
    /// What it is the next time that it starts; nil for a domain that only lives while it runs.
    @Boxed public var persistent: DomainDefinition?
    /// It was persistent when its guest was started, even if it isn't any more.
    public var wasDefined = false
    /// What it is while it runs.
    @Boxed public var live: DomainDefinition?
    public var run = Run()
    public var isAutostarted = false
    /// It starts with the host the next time, whatever it does else.
    public var isAutostartedOnce = false
    public var hasManagedSave = false
    public var snapshots = MomentTree<SnapshotDefinition>()
    public var checkpoints = MomentTree<CheckpointDefinition>()
    /// Texts of the documents, made when first asked for.
    private var texts = SharedTexts<UInt32>()

    public init(name: String, uuid: UUID) { (self.name, self.uuid) = (name, uuid) }

    public var reference: DomainReference { DomainReference(name: name, uuid: uuid, id: id) }
    public var isActive: Bool { id >= 0 }
    public var isPersistent: Bool { _persistent.isPresent }

    /// What lists are made from.
    public var facts: DomainFacts {
        DomainFacts(
            reference: reference, state: state, isPersistent: isPersistent, isAutostarted: isAutostarted,
            hasManagedSave: hasManagedSave, hasSnapshots: !snapshots.isEmpty,
            hasCheckpoints: !checkpoints.isEmpty)
    }

    /// A copy with texts of its own, for a change of the documents. What is said of a guest that has ended meanwhile
    /// isn't kept.
    public func changed(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        copy.texts = SharedTexts()
        change(&copy)
        if !copy.isActive { copy.forgetRun() }
        return copy
    }

    /// Nothing runs any more.
    public mutating func forgetRun() { (id, live, run) = (-1, nil, Run()) }

    // MARK: Documents

    /// The definition that counts now.
    public var definition: DomainDefinition { live ?? persistent ?? DomainDefinition() }

    /// The definition that isn't of the running guest, where the flags ask for that or nothing runs.
    public func inactive(_ flags: DomainXMLFlags) -> DomainDefinition? {
        flags.contains(.inactive) || !isActive ? persistent ?? live : nil
    }

    /// The definition that the flags of a call that reads mean.
    ///
    /// - Parameter api: the call's name in libvirt.
    public func definition(
        for flags: DomainModificationImpact, _ api: String
    ) throws(VirtError) -> DomainDefinition {
        let impact = try flags.resolvedToRead(isActive: isActive, isPersistent: isPersistent, api)
        return (impact.contains(.config) ? persistent : live) ?? DomainDefinition()
    }

    /// A text of this version of the domain, made once for each of the flags.
    public func text(
        _ flags: DomainXMLFlags, make: () throws(XMLError) -> String
    ) throws(XMLError) -> String {
        try texts.text(flags.rawValue, make: make)
    }
}
