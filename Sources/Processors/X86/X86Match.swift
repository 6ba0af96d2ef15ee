import VirtXML

/// A named model that stands for a processor, and how the processor differs from it.
public struct X86Match: Hashable, Sendable {
    public var model: X86Model
    /// What the processor can do beyond the model, in order.
    public var required: [String]
    /// What the model has and the processor hasn't, in order; what the model once had last.
    public var disabled: [String]

    /// The differences as a guest's CPU has them.
    public var features: [CPUFeature] {
        required.map { CPUFeature($0, .require) } + disabled.map { CPUFeature($0, .disable) }
    }

    /// How far the processor is from the model. A feature that has to be kept from the guest counts twice.
    var distance: Int { required.count + 2 * disabled.count }

    /// The model that is nearest to a processor; nil where none can be.
    ///
    /// A model that stands for just this processor comes first. Among several, and where none does, it is the one at
    /// the least distance; the last of equals.
    ///
    /// - Parameters:
    ///   - processor: what the processor is and can do.
    ///   - use: whether a host is described, by a model that has nothing but what the processor has, or a guest.
    ///   - candidates: the names that may be used; nil for all that documents use so.
    public static func nearest(to processor: X86Processor, for use: Use, candidates: Set<String>? = nil)
        -> X86Match?
    {
        var best: (match: X86Match, isOwn: Bool)?
        for model in X86Model.all where model.role == use.role && candidates?.contains(model.name) ?? true {
            guard processor.mayBe(model), use == .guest || model.features.isSubset(of: processor.features)
            else {
                continue
            }
            let match = X86Match(model, processor.features)
            let isOwn = model.vendor != nil && model.stands(for: processor.signature)
            guard let known = best else {
                best = (match, isOwn)
                continue
            }
            if known.isOwn && !isOwn { continue }
            if isOwn && !known.isOwn || match.distance <= known.match.distance { best = (match, isOwn) }
        }
        return best?.match
    }

    /// What the model is looked for.
    public enum Use: Sendable {
        case host, guest

        var role: X86Model.Role { self == .host ? .host : .guest }
    }

    init(_ model: X86Model, _ features: Set<String>) {
        self.model = model
        let spelled = features.intersection(model.alwaysNamed.union(model.dropped))
        required = X86Features.sorted(features.subtracting(model.features).union(spelled))
        disabled =
            X86Features.sorted(model.features.subtracting(features))
            + X86Features.sorted(model.dropped.subtracting(features))
    }
}
