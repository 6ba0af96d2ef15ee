import Virt
import VirtDriver
import VirtXML

/// A sort of what a guest may have of its host.
public enum TuningKind: Sendable {
    case scheduler, memory, disks, nodes
    /// Which counters of the host's processors are kept for it.
    case perf
}

/// What a guest may have of its host: kept in its documents, and held to where the driver can.
extension LocalDomain {
    /// Clients say that they would understand parameters that are text.
    private static var understandsText: DomainModificationImpact { .init(rawValue: 4) }

    /// The document that a call which reads means, once the driver has seen that it speaks of what is so.
    private nonisolated func tuned(
        _ flags: DomainModificationImpact, _ name: String, _ kind: TuningKind?
    ) throws(VirtError) -> DomainDefinition {
        let impact = flags.subtracting(Self.understandsText)
        try Self.driver.require(impact, [.live, .config], in: name)
        let now = try existing()
        let meant = try impact.resolvedToRead(
            isActive: now.isActive, isPersistent: now.isPersistent, "vir" + name)
        if meant.contains(.live), let kind { try requireTuning(of: kind) }
        return (meant.contains(.config) ? now.persistent : now.live) ?? DomainDefinition()
    }

    private func tune(
        _ flags: DomainModificationImpact, _ name: String, _ kind: TuningKind,
        _ change: @Sendable (inout DomainDefinition, _ isLive: Bool) throws(VirtError) -> Void
    ) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: name)
        try await changeBoth(name, flags, change: change) { (domain) async throws(VirtError) in
            try domain.requireTuning(of: kind)
            return []
        }
    }

    // MARK: Memory

    public nonisolated func memoryParameters(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        try (tuned(flags, "DomainGetMemoryParameters", .memory).memtune ?? MemoryTune()).parameters
    }

    public func setMemoryParameters(
        parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try await tune(flags, "DomainSetMemoryParameters", .memory) {
            (definition, _) throws(VirtError) in
            var tune = definition.memtune ?? MemoryTune()
            try tune.change(parameters)
            definition.memtune = tune == MemoryTune() ? nil : tune
        }
    }

    // MARK: Disks

    public nonisolated func blkioParameters(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        try (tuned(flags, "DomainGetBlkioParameters", .disks).blkiotune ?? BlkioTune()).parameters
    }

    public func setBlkioParameters(
        parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try await tune(flags, "DomainSetBlkioParameters", .disks) { (definition, _) throws(VirtError) in
            var tune = definition.blkiotune ?? BlkioTune()
            try tune.change(parameters)
            definition.blkiotune = tune == BlkioTune() ? nil : tune
        }
    }

    // MARK: NUMA nodes

    public nonisolated func numaParameters(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        try (tuned(flags, "DomainGetNumaParameters", nil).numatune ?? NUMATune()).parameters
    }

    public func setNumaParameters(
        parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try await tune(flags, "DomainSetNumaParameters", .nodes) {
            (definition, isLive) throws(VirtError) in
            var tune = definition.numatune ?? NUMATune()
            try tune.change(parameters, isLive: isLive)
            definition.numatune = tune
        }
    }

    // MARK: Counters

    public nonisolated func perfEvents(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        try tuned(flags, "DomainGetPerfEvents", nil).perfEvents.parameters
    }

    public func setPerfEvents(
        parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try await tune(flags, "DomainSetPerfEvents", .perf) { (definition, _) throws(VirtError) in
            try definition.perfEvents.change(parameters)
        }
    }
}

extension LocalDomain {
    /// What a guest gets of the host's processors, for a driver that has that.
    public nonisolated func processorShares(
        _ flags: DomainModificationImpact
    ) throws(VirtError) -> [TypedParameter] {
        let definition = try tuned(flags, "DomainGetSchedulerParametersFlags", .scheduler)
        return (definition.cputune ?? CPUTune()).schedulerParameters
    }

    public func setProcessorShares(
        _ parameters: [TypedParameter], _ flags: DomainModificationImpact
    ) async throws(VirtError) {
        try await tune(flags, "DomainSetSchedulerParametersFlags", .scheduler) {
            (definition, _) throws(VirtError) in
            var tune = definition.cputune ?? CPUTune()
            try tune.change(scheduler: parameters)
            definition.cputune = tune == CPUTune() ? nil : tune
        }
    }
}
