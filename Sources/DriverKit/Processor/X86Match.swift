/// A named model that stands for a processor, and how the processor differs from it.
public struct X86Match: Hashable, Sendable {
    public var model: X86Model
    /// What the processor can do beyond the model, in order.
    public var required: [String]
    /// What the model has and the processor hasn't, in order.
    public var disabled: [String]

    /// How far the processor is from the model. A feature that has to be kept from the guest counts twice.
    var distance: Int { required.count + 2 * disabled.count }

    /// The model that is nearest to a processor; nil where none can be.
    ///
    /// A model with the processor's own family and model numbers comes first. Among the others, and where several
    /// have them, it is the one at the least distance; the younger of equals.
    ///
    /// - Parameters:
    ///   - features: what the processor can do.
    ///   - vendor: the maker's name in documents; models of other makers don't count.
    ///   - candidates: the names that may be used; nil for all.
    ///   - mayDisable: whether the model may have what the processor hasn't.
    public static func nearest(
        to features: Set<String>, vendor: String?, family: Int?, model: Int?, candidates: Set<String>? = nil,
        mayDisable: Bool
    ) -> X86Match? {
        var best: (match: X86Match, isOwn: Bool)?
        for one in X86Model.all where candidates?.contains(one.name) ?? true {
            guard one.vendor == nil || one.vendor == vendor else { continue }
            let match = X86Match(one, features)
            if !mayDisable && !match.disabled.isEmpty { continue }
            let isOwn = one.vendor != nil && one.family == family && one.model == model
            guard let known = best else {
                best = (match, isOwn)
                continue
            }
            if known.isOwn && !isOwn { continue }
            if isOwn && !known.isOwn || match.distance <= known.match.distance { best = (match, isOwn) }
        }
        return best?.match
    }

    init(_ model: X86Model, _ features: Set<String>) {
        self.model = model
        let unsure = features.intersection(model.alwaysNamed)
        required = X86Features.sorted(features.subtracting(model.features).union(unsure))
        disabled = X86Features.sorted(model.features.subtracting(features))
    }
}
