import VirtXML

/// The most that several CPUs have in common, whatever their architecture.
public struct CPUBaseline: Sendable {
    public var models: Set<String>?
    /// What the hypervisor can give a guest; nil if that doesn't matter.
    public var features: Set<String>?
    public var migratable = false
    public var expandsFeatures = false

    public init() {}

    /// A CPU for guests that runs on all of these.
    public func of(_ cpus: [GuestCPU], architecture: String) throws(ProcessorError) -> GuestCPU {
        for cpu in cpus where cpu.model?.name == nil { throw .noModel }
        switch architecture {
        case "x86_64", "i686":
            let cpu = try X86Guest.baseline(
                cpus, models: models, offered: self.features, migratable: migratable)
            return expandsFeatures ? try X86Guest.expanded(cpu) : cpu
        case "ppc64", "ppc64le": return try power(cpus)
        case "aarch64", "armv7l", "armv6l", "armv7b": return try same(cpus)
        default: throw .noBaseline(architecture)
        }
    }

    private func power(_ cpus: [GuestCPU]) throws(ProcessorError) -> GuestCPU {
        var common: String?
        for cpu in cpus {
            let written = cpu.model?.name ?? ""
            guard let name = PowerModel.name(written) else { throw .unknownModel(written) }
            guard common == nil || common == name else { throw .incompatible }
            common = name
        }
        guard Set(cpus.compactMap(\.vendor)).count <= 1 else { throw .vendorsDiffer }
        for vendor in cpus.compactMap(\.vendor) where vendor != "IBM" { throw .unknownVendor(vendor) }
        return .exact(common ?? "", fallback: .forbid)
    }

    /// Where only the very same model will do.
    private func same(_ cpus: [GuestCPU]) throws(ProcessorError) -> GuestCPU {
        guard let first = cpus.first, let name = first.model?.name else { throw .noModel }
        guard Set(cpus.compactMap(\.vendor)).count <= 1 else { throw .vendorsDiffer }
        guard cpus.allSatisfy({ $0.model?.name == name }) else { throw .incompatible }
        var cpu = GuestCPU.exact(name, fallback: .allow)
        cpu.vendor = first.vendor
        let common = cpus.reduce(Set(first.features.map(\.name))) { $0.intersection($1.features.map(\.name)) }
        cpu.features = first.features.filter { common.contains($0.name) }
        return cpu
    }
}
