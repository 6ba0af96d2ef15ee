import Virt

extension ConnectGetAllDomainStatsFlags {
    /// All flags of a call for statistics: those that choose domains, and how it is to be done.
    public static var known: Self {
        [
            .active, .inactive, .persistent, .transient, .running, .paused, .shutoff, .other,
            .nowait, .backing, .enforceStats,
        ]
    }
}

extension ConnectListAllDomainsFlags {
    /// The flags of a call for statistics that choose domains.
    public init(_ flags: ConnectGetAllDomainStatsFlags) {
        self.init(rawValue: flags.subtracting([.nowait, .backing, .enforceStats]).rawValue)
    }

    /// Whether a domain is among those that the flags choose: in each group of flags that has one set, one of
    /// those set must hold.
    public func choose(_ facts: DomainFacts) -> Bool {
        if isEmpty { return true }
        let truths = Self.truths(of: facts)
        for group in Self.groups {
            let chosen = rawValue & group
            if chosen != 0, chosen & truths.rawValue == 0 { return false }
        }
        return true
    }

    /// All flags that a list of domains knows.
    public static var all: Self { Self(rawValue: groups.reduce(0, |)) }

    /// The flags that hold for a domain.
    private static func truths(of facts: DomainFacts) -> Self {
        var truths: Self = [
            facts.isActive ? .active : .inactive,
            facts.isPersistent ? .persistent : .transient,
            facts.hasManagedSave ? .managedsave : .noManagedsave,
            facts.isAutostarted ? .autostart : .noAutostart,
            facts.hasSnapshots ? .hasSnapshot : .noSnapshot,
            facts.hasCheckpoints ? .hasCheckpoint : .noCheckpoint,
        ]
        switch facts.state {
        case .running: truths.insert(.running)
        case .paused: truths.insert(.paused)
        case .shutoff: truths.insert(.shutoff)
        default: truths.insert(.other)
        }
        return truths
    }

    /// Flags that answer the same question. Numbers rather than flags: this runs for every domain of a list.
    private static var groups: [UInt32] { flagGroups }
}

private let flagGroups: [UInt32] = [0x3, 0xC, 0xF0, 0x300, 0xC00, 0x3000, 0xC000]
