import JSON
import VirtXML

extension DomainCapabilities {
    /// What a binary can do for guests of a kind and machine: a pure function of its answers.
    ///
    /// - Parameters:
    ///   - machine: a full name or alias; the binary's own default if nil.
    ///   - firmware: what firmware is installed.
    ///   - hostModel: the CPU that is most like the host's, if that is known.
    /// - Throws: `ConfigurationError` for a kind or machine that the binary lacks.
    public init(
        _ qemu: QEMUCapabilities, type: DomainDefinition.VirtType, machine: String?,
        firmware: [FirmwareDescriptor], hostModel: HostModel? = nil
    ) throws(ConfigurationError) {
        guard let offered = qemu.accelerations[QEMUAccelerator(type)] else {
            throw .unsupported("Emulator '\(qemu.emulator)' does not support virt type '\(type.rawValue)'")
        }
        guard let found = machine.map({ offered.machine(named: $0) }) ?? offered.defaultMachine else {
            throw .unsupported("the machine '\(machine ?? "")' is not supported by emulator '\(qemu.emulator)'")
        }
        self.init()
        path = qemu.emulator
        domain = type
        self.machine = found.name
        arch = qemu.architecture
        maxVCPUs = UInt32(clamping: found.maximumCPUs)
        iothreads = qemu.has("iothread")
        let board = Board(architecture: qemu.architecture, machine: found.name)
        os = OS(firmware.filter { $0.runs(on: qemu.architecture, machine: found.name) })
        cpu = CPUModes(offered, type, hostModel, isX86: board.isX86)
        memoryBacking = Support(true, [Choice("sourceType", ["file", "anonymous", "memfd"])])
        devices = Devices(qemu, board)
        features = Features(qemu, board, type)
    }
}

extension DomainCapabilities.OS {
    /// What can be asked of the firmware that runs on a machine.
    fileprivate init(_ firmware: [FirmwareDescriptor]) {
        self.init()
        supported = true
        let interfaces = Set(firmware.flatMap(\.interfaces))
        let names = (interfaces.contains("bios") ? ["bios"] : []) + (interfaces.contains("uefi") ? ["efi"] : [])
        choices = [.init("firmware", names)]
        var loader = DomainCapabilities.Loader()
        var paths: [String] = []
        for path in firmware.map(\.mapping.code.path) where !paths.contains(path) { paths.append(path) }
        loader.paths = paths
        let isSecure = firmware.contains { $0.features.contains("secure-boot") }
        loader.choices = [
            .init("type", ["rom", "pflash"]), .init("readonly", ["yes", "no"]),
            .init("secure", isSecure ? ["yes", "no"] : ["no"]),
        ]
        self.loader = loader
    }
}

extension DomainCapabilities.CPUModes {
    fileprivate init(
        _ offered: QEMUAcceleration, _ type: DomainDefinition.VirtType,
        _ hostModel: DomainCapabilities.HostModel?, isX86: Bool
    ) {
        self.init()
        let isNative = type == .kvm || type == .hvf
        hostPassthrough = .init(isNative, isNative ? [.init("hostPassthroughMigratable", isX86 ? ["on", "off"] : ["off"])] : [])
        let hasMaximum = offered.cpuModels.contains { $0.name == "max" }
        maximum = .init(hasMaximum, hasMaximum ? [.init("maximumMigratable", ["on", "off"])] : [])
        self.hostModel = hostModel
        let named = offered.cpuModels.filter { !["host", "max", "base"].contains($0.name) }
        custom = named.sorted { $0.name < $1.name }.map(DomainCapabilities.Model.init)
    }
}

extension DomainCapabilities.Model {
    fileprivate init(_ model: QEMUCPUModel) {
        self.init()
        name = model.name
        usable = model.isUsable.map { $0 ? .yes : .no } ?? .unknown
        deprecated = model.isDeprecated
        blockers = model.unavailableFeatures ?? []
    }
}

extension Board {
    /// A kind of machine by its names.
    init(architecture: String, machine: String) {
        self.architecture = architecture
        self.machine = machine
    }
}
