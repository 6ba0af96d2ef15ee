import VirtXML

/// How a host's CPU compares with one that a guest asks for.
public enum CPUComparison: Equatable, Sendable {
    /// The host can't run it, and why.
    case incompatible(String)
    case identical
    /// The host can do more.
    case superset
}

extension CPUComparison {
    /// Compares x86 CPUs.
    public init(host: GuestCPU, guest: GuestCPU) throws(ProcessorError) {
        let wanted = try X86Guest.features(of: guest)
        let offered = try X86Guest.features(of: host)
        if let vendor = guest.vendor, host.vendor != vendor {
            self = .incompatible("host CPU vendor does not match required CPU vendor \(vendor)")
            return
        }
        self = Self.compare(offered, wanted, guest)
    }

    private static func compare(_ offered: Set<String>, _ wanted: Set<String>, _ guest: GuestCPU)
        -> CPUComparison
    {
        let spared = Set(guest.features.filter { $0.policy == .force || $0.policy == .optional }.map(\.name))
        // What came to a model later is only asked of the host where it is spelled out.
        let later = guest.model?.name.flatMap(X86Model.named)?.alwaysNamed ?? []
        let unsaid = later.subtracting(guest.features.map(\.name))
        let forbidden = Set(guest.features.filter { $0.policy == .forbid }.map(\.name))
        let missing = wanted.subtracting(offered).subtracting(spared).subtracting(unsaid)
        if !missing.isEmpty {
            return .incompatible("Host CPU does not provide required features: " + list(missing))
        }
        let unwelcome = forbidden.intersection(offered)
        if !unwelcome.isEmpty {
            return .incompatible("Host CPU provides forbidden features: " + list(unwelcome))
        }
        let optional = guest.features.filter { $0.policy == .optional || $0.policy == .disable }.map(\.name)
        let extra = offered.subtracting(wanted).subtracting(optional)
        if guest.match == .strict, !extra.isEmpty {
            return .incompatible(
                "Host CPU does not strictly match guest CPU: Extra features: " + list(extra))
        }
        return extra.isEmpty ? .identical : .superset
    }

    private static func list(_ features: Set<String>) -> String {
        X86Features.sorted(features).joined(separator: ", ")
    }
}
