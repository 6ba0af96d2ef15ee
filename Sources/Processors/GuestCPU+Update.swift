import VirtXML

extension GuestCPU {
    /// The CPU with everything settled that depends on the host: optional features, at least a model, the host's own.
    ///
    /// - Parameter host: the host's CPU, or the one that the hypervisor offers in its place.
    public func updated(for host: GuestCPU) throws(ProcessorError) -> GuestCPU {
        switch mode {
        case .hostModel: return taking(host, withVendor: true)
        case .custom where match == .minimum: return taking(host, withVendor: false)
        case .custom: return try settled(on: host)
        case .hostPassthrough, .maximum, nil: return self
        }
    }

    /// The host's model and features under this CPU's name, topology and the rest.
    private func taking(_ host: GuestCPU, withVendor: Bool) -> GuestCPU {
        var copy = self
        (copy.mode, copy.match) = (.custom, .exact)
        var model = host.model
        model?.fallback = self.model?.fallback ?? .allow
        model?.vendorID = self.model?.vendorID
        copy.model = model
        if withVendor { copy.vendor = host.vendor }
        let own = features.filter { $0.policy != .optional }
        let known = Set(host.features.map(\.name))
        // What is said of a feature stands in the host's place for it.
        copy.features =
            host.features.map { feature in
                own.last { $0.name == feature.name } ?? CPUFeature(feature.name, feature.policy ?? .require)
            }
            + own.filter { !known.contains($0.name) }
        return copy
    }

    private func settled(on host: GuestCPU) throws(ProcessorError) -> GuestCPU {
        var copy = self
        // What the model once had stays off, unless it is asked for. A version of a model is what it is.
        if let model = model?.name.flatMap(X86Model.named), !model.isVersion {
            let unsaid = model.dropped.subtracting(features.map(\.name)).sorted()
            copy.features += unsaid.map { CPUFeature($0, .disable) }
        }
        guard features.contains(where: { $0.policy == .optional }) else { return copy }
        let offered = try X86Guest.features(of: host)
        for index in copy.features.indices where copy.features[index].policy == .optional {
            copy.features[index].policy = offered.contains(copy.features[index].name) ? .require : .disable
        }
        return copy
    }
}
