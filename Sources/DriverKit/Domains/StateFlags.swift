import Virt

extension DomainSaveRestoreFlags {
    /// Refuses that a guest is to run and not to run.
    public func requireOneState() throws(VirtError) {
        if isSuperset(of: [.running, .paused]) {
            throw VirtError(
                code: .invalidArg, domain: .domain,
                message: "Flags 'VIR_DOMAIN_SAVE_RUNNING' and 'VIR_DOMAIN_SAVE_PAUSED' are mutually exclusive"
            )
        }
    }
}

extension DomainCoreDumpFlags {
    /// Refuses what contradicts itself about what becomes of the guest.
    public func requireOneEnd() throws(VirtError) {
        let pairs: [(Self, String, Self, String)] = [
            (.crash, "CRASH", .live, "LIVE"), (.crash, "CRASH", .reset, "RESET"),
            (.live, "LIVE", .reset, "RESET"),
        ]
        for (first, word, second, other) in pairs where isSuperset(of: first.union(second)) {
            throw VirtError(
                code: .invalidArg, domain: .domain,
                message: "Flags 'VIR_DUMP_\(word)' and 'VIR_DUMP_\(other)' are mutually exclusive")
        }
    }
}
