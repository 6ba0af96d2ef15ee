import VirtXML

/// An x86 CPU as documents describe it: a model, and how the CPU differs from it.
public enum X86Guest {
    /// What a described CPU can do.
    public static func features(of cpu: GuestCPU) throws(ProcessorError) -> Set<String> {
        guard let name = cpu.model?.name else { throw .noModel }
        guard let model = X86Model.named(name) else { throw .unknownModel(name) }
        var features = model.features
        for feature in cpu.features {
            guard X86Features.isKnown(feature.name) else { throw .unknownFeature(feature.name) }
            switch feature.policy {
            case .force, .require, nil: features.insert(feature.name)
            case .disable, .forbid: features.remove(feature.name)
            case .optional: break
            }
        }
        return features
    }

    /// The description of a processor for a guest: the nearest model, and what differs.
    ///
    /// - Parameter models: the models that may be named; nil for all.
    public static func describe(_ processor: X86Processor, models: Set<String>? = nil) throws(ProcessorError)
        -> GuestCPU
    {
        guard let match = X86Match.nearest(to: processor, for: .guest, candidates: models) else {
            throw .noCandidate
        }
        var cpu = GuestCPU.exact(match.model.name, fallback: .forbid)
        cpu.vendor = processor.vendor
        cpu.features = match.features
        return cpu
    }

    /// The same CPU with every feature of its model spelled out, by name.
    public static func expanded(_ cpu: GuestCPU) throws(ProcessorError) -> GuestCPU {
        guard let name = cpu.model?.name, let model = X86Model.named(name) else { throw .noModel }
        let spelled = Set(cpu.features.map(\.name))
        var whole = cpu
        whole.features += model.features.subtracting(spelled).map { CPUFeature($0, .require) }
        whole.features.sort { $0.name < $1.name }
        return whole
    }

    /// The same CPU under one of these models, if its own isn't among them.
    public static func translated(_ cpu: GuestCPU, to models: Set<String>) throws(ProcessorError) -> GuestCPU
    {
        guard let name = cpu.model?.name, !models.contains(name) else { return cpu }
        let processor = X86Processor(features: try features(of: cpu), vendor: cpu.vendor)
        let nearest = try describe(processor, models: models)
        var other = cpu
        other.model?.name = nearest.model?.name
        let policies = Dictionary(cpu.features.map { ($0.name, $0.policy) }) { first, _ in first }
        other.features = nearest.features.map { CPUFeature($0.name, policies[$0.name] ?? $0.policy) }
        let spelled = Set(other.features.map(\.name))
        other.features += cpu.features.filter { !spelled.contains($0.name) }
        return other
    }
}

extension GuestCPU {
    /// A CPU of just this model.
    static func exact(_ name: String, fallback: CPUModel.Fallback) -> GuestCPU {
        var cpu = GuestCPU()
        (cpu.mode, cpu.match) = (.custom, .exact)
        var model = CPUModel()
        (model.name, model.fallback) = (name, fallback)
        cpu.model = model
        return cpu
    }
}
