import Virt

extension DomainModificationImpact {
    /// What the flags of a call that has more of them mean: the first two are these everywhere.
    public init(_ flags: some RawRepresentable<UInt32>) {
        self = Self(rawValue: flags.rawValue).intersection([.live, .config])
    }

    /// What a change really touches: "current" becomes the running guest where there is one, else the persistent
    /// definition.
    ///
    /// - Throws: `operationInvalid` where the guest is meant and doesn't run, or the persistent definition is
    ///   meant and there is none.
    public func resolved(isActive: Bool, isPersistent: Bool) throws(VirtError) -> DomainModificationImpact {
        var chosen = intersection([.live, .config])
        if chosen.isEmpty { chosen = isActive ? .live : .config }
        if chosen.contains(.live), !isActive {
            throw VirtError(.operationInvalid, "domain is not running", from: .domain)
        }
        if chosen.contains(.config), !isPersistent {
            let message = "transient domains do not have any persistent config"
            throw VirtError(.operationInvalid, message, from: .domain)
        }
        return chosen
    }

    /// As above, for a call that reads: it can't mean both at once. `api` is the call's name in libvirt.
    public func resolvedToRead(
        isActive: Bool, isPersistent: Bool, _ api: String
    ) throws(VirtError) -> DomainModificationImpact {
        if isSuperset(of: [.live, .config]) {
            throw VirtError.refused(
                api, "ctl",
                "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive")
        }
        return try resolved(isActive: isActive, isPersistent: isPersistent)
    }
}
