import Virt
import VirtXML

extension DomainCapabilities {
    /// What a binary can do for a kind of domain.
    package init(_ request: DomainCapabilitiesRequest) {
        self.init()
        let qemu = request.qemu
        path = qemu.emulator
        domain = request.accelerator.virtType
        machine = request.machine
        arch = request.architecture
        let cpus = request.acceleration.machine(named: request.machine)?.maximumCPUs ?? 0
        maxVCPUs = cpus == 0 ? nil : UInt32(clamping: cpus)
        iothreads = qemu.has("iothread")
        os = OS(request)
        cpu = CPUModes(request)
        memoryBacking = Self.memoryBacking(qemu)
        devices = Devices(request)
        features = Features(request)
    }

    private static func memoryBacking(_ qemu: QEMUCapabilities) -> Support {
        var types = ["file", "anonymous"]
        if qemu.has("memory-backend-memfd") { types.append("memfd") }
        return Support(true, [Choice("sourceType", types)])
    }
}

extension DomainCapabilities.OS {
    fileprivate init(_ request: DomainCapabilitiesRequest) {
        self.init()
        supported = true
        let target = QEMUArchitecture.binary(request.architecture)
        let fitting = request.firmware.filter { $0.runs(on: target, machine: request.machine) }
        // The firmware that a domain can ask for by its kind; the system's own BIOS and UEFI, in this order.
        let kinds = [("bios", "bios"), ("uefi", "efi")].filter { kind, _ in
            fitting.contains { $0.interfaces.contains(kind) }
        }
        choices = [.init("firmware", kinds.map(\.1))]
        loader = .init(request, fitting)
    }
}

extension DomainCapabilities.Loader {
    fileprivate init(_ request: DomainCapabilitiesRequest, _ fitting: [FirmwareDescriptor]) {
        self.init()
        for path in request.images ?? fitting.compactMap(\.image) where !paths.contains(path) {
            paths.append(path)
        }
        let types = ["rom"] + (request.board.isX86 || request.board.isARM || !paths.isEmpty ? ["pflash"] : [])
        // Secure boot needs a machine with the system management mode that guards it.
        let isGuarded = request.images != nil || fitting.contains { $0.features.contains("requires-smm") }
        choices = [
            .init("type", types), .init("readonly", ["yes", "no"]),
            .init("secure", request.board.isQ35 && isGuarded ? ["yes", "no"] : ["no"]),
        ]
    }
}

extension FirmwareDescriptor {
    /// The image as a domain names it; nil for what isn't loaded from flash or memory.
    fileprivate var image: String? {
        if case .kernel = mapping { return nil }
        return mapping.code.path
    }
}
