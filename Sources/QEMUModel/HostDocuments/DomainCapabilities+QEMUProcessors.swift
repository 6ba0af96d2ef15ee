import ByteText
import JSON
import Processors
import VirtXML

extension DomainCapabilities.CPUModes {
    package init(_ request: DomainCapabilitiesRequest) {
        self.init()
        if request.isNative { hostPassthrough = Self.mode("hostPassthroughMigratable", request.migratable) }
        if request.hasMaximum { maximum = Self.mode("maximumMigratable", ["on", "off"]) }
        hostModel = request.hostModel
        let models = request.namedModels
        custom = models.isEmpty ? nil : models.map { .init($0, request) }
    }

    private static func mode(_ name: String, _ values: [String]) -> DomainCapabilities.Support {
        .init(true, [.init(name, values)])
    }
}

extension DomainCapabilities.Model {
    fileprivate init(_ model: QEMUCPUModel, _ request: DomainCapabilitiesRequest) {
        self.init()
        name = model.name
        usable = model.isUsable.map { $0 ? .yes : .no } ?? .unknown
        deprecated = model.isDeprecated
        vendor = ProcessorVendor.name(ofModel: model.name, architecture: request.architecture)
        canonical = model.canonical
        let missing = Set((model.unavailableFeatures ?? []).map { X86Features.feature(ofProperty: $0) ?? $0 })
        blockers = missing.sorted()
    }
}

extension DomainCapabilitiesRequest {
    /// Whether the most that can be offered can be asked for by name.
    fileprivate var hasMaximum: Bool {
        acceleration.cpuModels.contains { $0.name == "max" } || qemu.has("max-\(qemuTarget)-cpu")
    }

    private var qemuTarget: String { QEMUArchitecture.binary(architecture) }

    /// Whether domains may be kept from what can't be migrated.
    fileprivate var migratable: [String] {
        qemu.has("max-\(qemuTarget)-cpu", "migratable") ? ["on", "off"] : ["off"]
    }

    /// The models that documents name, by name but on ARM, where QEMU's order stands.
    fileprivate var namedModels: [QEMUCPUModel] {
        let models = acceleration.cpuModels.compactMap(named)
        return board.isARM || board.isRISCV ? models : models.sorted { $0.name < $1.name }
    }

    /// A model under the name that documents have for it; nil where they have none.
    private func named(_ model: QEMUCPUModel) -> QEMUCPUModel? {
        if board.isX86 { return X86Model.named(model.name).map { _ in model.plain } }
        guard board.isPSeries || architecture.hasBytePrefix("ppc64") else {
            return model.name == "host" ? nil : model
        }
        var copy = model
        copy.name = model.name.uppercased()
        return Self.powers.contains(copy.name) ? copy : nil
    }

    private static let powers: Set = ["POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWER11"]

    /// The model that is nearest to the host's processor.
    fileprivate var hostModel: DomainCapabilities.HostModel? {
        if board.isX86 { return x86HostModel }
        if board.isS390 { return s390HostModel }
        return power.map { name in
            var host = DomainCapabilities.HostModel()
            host.model.name = name
            host.model.fallback = .allow
            host.maxPhysAddr = Self.widestAddress
            return host
        }
    }

    /// What the host has, up to the most that any guest has.
    private static var widestAddress: CPUPhysicalAddress {
        var address = CPUPhysicalAddress()
        (address.mode, address.limit) = (.passthrough, 64)
        return address
    }

    private var s390HostModel: DomainCapabilities.HostModel? {
        guard let name = acceleration.hostCPUModel else { return nil }
        var host = DomainCapabilities.HostModel()
        host.model.name = name
        host.model.fallback = .forbid
        let unwanted = disablesDeprecated ? acceleration.deprecatedFeatures : []
        host.features = acceleration.hostCPU.members.map { key, value in
            CPUFeature(key, value.bool == true && !unwanted.contains(key) ? .require : .disable)
        }
        let spelled = Set(host.features.map(\.name))
        host.features += unwanted.filter { !spelled.contains($0) }.sorted().map { CPUFeature($0, .disable) }
        return host
    }

    private var x86HostModel: DomainCapabilities.HostModel? {
        guard let cpu = acceleration.x86HostModel(isNative: isNative) else { return nil }
        var host = DomainCapabilities.HostModel()
        host.model.name = cpu.model?.name
        host.model.fallback = .forbid
        host.vendor = cpu.vendor
        if isNative { host.maxPhysAddr = Self.widestAddress }
        host.features = cpu.features
        return host
    }
}

extension QEMUCPUModel {
    /// Without the version that it stands for where documents don't name that.
    fileprivate var plain: QEMUCPUModel {
        guard let canonical, X86Model.named(canonical) == nil else { return self }
        var copy = self
        copy.canonical = nil
        return copy
    }
}
