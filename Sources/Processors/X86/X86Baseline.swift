import VirtXML

extension X86Guest {
    /// The most that all of the CPUs can do, as a CPU for guests.
    ///
    /// Where all of them are one model, that is the model; no other may stand for it. Otherwise it is the nearest,
    /// but where that has what the CPUs lack, one of their own models that has nothing of the kind comes first.
    ///
    /// - Parameters:
    ///   - models: the models that may be named; nil for all.
    ///   - offered: what a guest can have at most; nil if that doesn't matter.
    ///   - migratable: whether to leave out what a guest can't keep when it moves.
    public static func baseline(
        _ cpus: [GuestCPU], models: Set<String>? = nil, offered: Set<String>? = nil, migratable: Bool
    ) throws(ProcessorError) -> GuestCPU {
        var common: Set<String>?
        for cpu in cpus {
            let features = try features(of: cpu)
            common = common?.intersection(features) ?? features
        }
        var features = common ?? []
        if let offered { features.formIntersection(offered) }
        if migratable { features.subtract(X86Features.unmigratable) }
        let processor = X86Processor(features: features, vendor: try vendor(of: cpus))
        let named = Set(cpus.compactMap { $0.model?.name })
        let match = try choose(processor, named, models)
        var cpu = GuestCPU.exact(match.model.name, fallback: named == [match.model.name] ? .forbid : .allow)
        cpu.vendor = processor.vendor
        // KVM shows this on its own where the guest has threads.
        cpu.features = match.features.filter { $0.name != "topoext" }
        return cpu
    }

    private static func choose(_ processor: X86Processor, _ named: Set<String>, _ models: Set<String>?)
        throws(ProcessorError) -> X86Match
    {
        let own = named.compactMap(X86Model.named)
            .filter { $0.role == .guest && models?.contains($0.name) ?? true }
        if named.count == 1, let model = own.first { return X86Match(model, processor.features) }
        let candidates = models ?? Set(X86Model.names)
        let makers = Set(named.compactMap { X86Model.named($0)?.vendor })
        let allowed =
            makers.count <= 1 ? candidates : candidates.filter { X86Model.named($0)?.vendor == nil }
        guard let nearest = X86Match.nearest(to: processor, for: .guest, candidates: allowed) else {
            throw .noCandidate
        }
        if nearest.disabled.isEmpty { return nearest }
        let fitting = own.filter { $0.features.isSubset(of: processor.features) && allowed.contains($0.name) }
        return X86Match.nearest(to: processor, for: .guest, candidates: Set(fitting.map(\.name))) ?? nearest
    }

    /// The maker of all of them; nil where not all of them name one.
    private static func vendor(of cpus: [GuestCPU]) throws(ProcessorError) -> String? {
        guard Set(cpus.compactMap(\.vendor)).count <= 1 else { throw .vendorsDiffer }
        return cpus.allSatisfy { $0.vendor != nil } ? cpus.first?.vendor : nil
    }
}
