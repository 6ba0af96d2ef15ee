import VirtXML

extension DomainCapabilities.Devices {
    /// The devices that a binary has for a kind of machine.
    init(_ qemu: QEMUCapabilities, _ board: Board) {
        self.init()
        typealias Support = DomainCapabilities.Support
        let virtio = ["virtio"] + (board.hasPCI && !board.isCCW ? ["virtio-transitional", "virtio-non-transitional"] : [])
        disk = Support(true, [
            .init("diskDevice", ["disk", "cdrom"] + (board.isX86 ? ["floppy"] : []) + ["lun"]),
            .init("bus", Self.buses(qemu, board)), .init("model", virtio),
        ])
        graphics = Support(true, [.init("type", Self.graphics(qemu))])
        video = Support(true, [.init("modelType", Self.videos(qemu))])
        hostdev = Support(true, [
            .init("mode", ["subsystem"]), .init("startupPolicy", ["default", "mandatory", "requisite", "optional"]),
            .init("subsysType", ["usb", "pci", "scsi"]), .init("capsType", []),
            .init("pciBackend", ["default"] + (qemu.has("vfio-pci") ? ["vfio"] : [])),
        ])
        let backends = ["random", "egd"] + (qemu.has("rng-builtin") ? ["builtin"] : [])
        rng = Support(true, [.init("model", virtio), .init("backendModel", backends)])
        let hasVirtioFS = qemu.has("vhost-user-fs-device")
        filesystem = Support(true, [.init("driverType", ["path", "handle"] + (hasVirtioFS ? ["virtiofs"] : []))])
        tpm = Self.tpm(qemu)
        redirdev = Support(qemu.has("usb-redir"), qemu.has("usb-redir") ? [.init("bus", ["usb"])] : [])
        channel = Support(true, [.init("type", ["pty", "unix"] + (Self.hasSpice(qemu) ? ["spicevmc"] : []))])
        crypto = Self.crypto(qemu)
        interface = Support(true, [.init("backendType", ["default"] + (qemu.netdevIsJSON ? ["passt"] : []))])
        panic = Self.panic(qemu, board)
    }

    private static func buses(_ qemu: QEMUCapabilities, _ board: Board) -> [String] {
        (board.hasIDE ? ["ide"] : []) + (board.isX86 ? ["fdc"] : []) + ["scsi", "virtio"]
            + (qemu.has("usb-storage") ? ["usb"] : []) + (qemu.has("ich9-ahci") ? ["sata"] : [])
    }

    private static func hasSpice(_ qemu: QEMUCapabilities) -> Bool { qemu.schema.knows("query-spice") }

    private static func graphics(_ qemu: QEMUCapabilities) -> [String] {
        var kinds = ["sdl"]
        if qemu.schema.knows("query-vnc") { kinds.append("vnc") }
        if hasSpice(qemu) { kinds.append("spice") }
        if qemu.schema.has("query-display-options", "->", "egl-headless") || qemu.schema.has("query-display-options", "->", "type", "egl-headless") {
            kinds.append("egl-headless")
        }
        if qemu.schema.has("query-display-options", "->", "type", "dbus") { kinds.append("dbus") }
        return kinds
    }

    private static func videos(_ qemu: QEMUCapabilities) -> [String] {
        let models = [
            ("VGA", "vga"), ("cirrus-vga", "cirrus"), ("vmware-svga", "vmvga"), ("qxl", "qxl"),
            ("virtio-gpu-device", "virtio"),
        ]
        return models.filter { qemu.has($0.0) }.map(\.1) + ["none"]
            + [("bochs-display", "bochs"), ("ramfb", "ramfb")].filter { qemu.has($0.0) }.map(\.1)
    }

    private static func tpm(_ qemu: QEMUCapabilities) -> DomainCapabilities.Support {
        guard !qemu.tpmModels.isEmpty else { return .init(false) }
        let models = ["tpm-tis", "tpm-crb", "tpm-spapr"].filter(qemu.tpmModels.contains)
        let types = ["passthrough", "emulator"].filter(qemu.tpmTypes.contains) + ["external"]
        return .init(true, [.init("model", models), .init("backendModel", types), .init("backendVersion", ["2.0"])])
    }

    private static func crypto(_ qemu: QEMUCapabilities) -> DomainCapabilities.Support {
        guard qemu.has("virtio-crypto-device") else { return .init(false) }
        let backends = ["builtin"] + (qemu.has("cryptodev-backend-lkcf") ? ["lkcf"] : [])
        return .init(true, [.init("model", ["virtio"]), .init("type", ["qemu"]), .init("backendModel", backends)])
    }

    private static func panic(_ qemu: QEMUCapabilities, _ board: Board) -> DomainCapabilities.Support {
        var models: [String] = []
        if board.isX86 { models = (qemu.has("pvpanic") ? ["isa"] : []) + ["hyperv"] }
        if board.isPSeries { models.append("pseries") }
        if board.isCCW { models.append("s390") }
        if qemu.has("pvpanic-pci") { models.append("pvpanic") }
        return .init(!models.isEmpty, models.isEmpty ? [] : [.init("model", models)])
    }
}

extension DomainCapabilities.Features {
    /// What else a binary has for a kind of machine.
    init(_ qemu: QEMUCapabilities, _ board: Board, _ type: DomainDefinition.VirtType) {
        self.init()
        let versions = qemu.gics.filter { type == .kvm ? $0.isInKernel : $0.isEmulated }.map { "\($0.version)" }
        gic = board.isARMVirt && !versions.isEmpty ? .init(true, [.init("version", versions)]) : .init(false)
        vmcoreinfo = qemu.has("vmcoreinfo")
        genid = qemu.has("vmgenid")
        backingStoreInput = true
        backup = true
        asyncTeardown = qemu.option("run-with", has: "async-teardown")
        if board.isS390 { s390PV = false }
        ps2 = board.isX86 && qemu.has("i8042")
        var noSEV = DomainCapabilities.SEV(), noSGX = DomainCapabilities.SGX()
        noSEV.supported = false
        noSGX.supported = false
        sev = noSEV
        sgx = noSGX
        launchSecurity = .init(false)
    }
}
