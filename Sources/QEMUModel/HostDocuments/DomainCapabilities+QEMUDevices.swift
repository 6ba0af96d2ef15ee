import VirtXML

extension DomainCapabilities.Devices {
    typealias Support = DomainCapabilities.Support

    package init(_ request: DomainCapabilitiesRequest) {
        self.init()
        let qemu = request.qemu
        disk = Self.disk(request)
        graphics = Self.choice("type", Self.graphics(request))
        video = Self.choice("modelType", Self.video(request))
        hostdev = Self.hostdev(request)
        rng = qemu.hasVirtio("rng") ? Self.rng(qemu) : Support(false)
        filesystem = Self.filesystem(qemu)
        tpm = Self.tpm(request)
        redirdev = qemu.has("usb-redir") ? Self.choice("bus", ["usb"]) : Support(false)
        channel = Self.choice("type", ["pty", "unix"] + (qemu.hasSpice ? ["spicevmc"] : []))
        crypto =
            qemu.has("virtio-crypto-pci") || qemu.has("virtio-crypto-device")
            ? Self.crypto(qemu) : Support(false)
        interface = Self.choice(
            "backendType", ["default"] + (qemu.schema.has("netdev_add", "stream") ? ["passt"] : []))
        panic = Self.panic(request)
    }

    static func choice(_ name: String, _ values: [String]) -> Support {
        Support(!values.isEmpty, [.init(name, values)])
    }

    // MARK: Disks

    private static func disk(_ request: DomainCapabilitiesRequest) -> Support {
        let qemu = request.qemu
        // pseries has no floppies.
        let kinds = request.board.isPSeries ? ["disk", "cdrom", "lun"] : ["disk", "cdrom", "floppy", "lun"]
        var buses: [String] = []
        if request.board.hasIDE { buses.append("ide") }
        if !request.board.isPSeries { buses.append("fdc") }
        if qemu.hasVirtio("scsi") || qemu.has("lsi") || qemu.has("megasas") { buses.append("scsi") }
        buses.append("virtio")
        if qemu.has("usb-storage") { buses.append("usb") }
        if qemu.has("ich9-ahci") || qemu.has("ahci") { buses.append("sata") }
        return Support(true, [.init("diskDevice", kinds), .init("bus", buses), .init("model", virtioModels)])
    }

    private static let virtioModels = ["virtio", "virtio-transitional", "virtio-non-transitional"]

    // MARK: Screens

    private static func graphics(_ request: DomainCapabilitiesRequest) -> [String] {
        let qemu = request.qemu
        var types: [String] = []
        if qemu.hasDisplay("sdl") { types.append("sdl") }
        if qemu.has("vnc") || qemu.schema.has("query-vnc") { types.append("vnc") }
        if qemu.hasDisplay("dbus") { types.append("rdp") }
        if qemu.hasSpice { types.append("spice") }
        if qemu.hasDisplay("egl-headless") { types.append("egl-headless") }
        if qemu.hasDisplay("dbus") { types.append("dbus") }
        return types
    }

    private static func video(_ request: DomainCapabilitiesRequest) -> [String] {
        let qemu = request.qemu
        var models: [String] = []
        if qemu.has("VGA") { models.append("vga") }
        if qemu.has("cirrus-vga") { models.append("cirrus") }
        if qemu.has("vmware-svga") { models.append("vmvga") }
        if qemu.has("qxl") { models.append("qxl") }
        if qemu.has("virtio-gpu-pci") || qemu.has("virtio-gpu-ccw") || qemu.has("virtio-vga") {
            models.append("virtio")
        }
        models.append("none")
        if qemu.has("bochs-display") { models.append("bochs") }
        if qemu.has("ramfb") { models.append("ramfb") }
        return models
    }

    // MARK: Devices of the host and of guests

    private static func hostdev(_ request: DomainCapabilitiesRequest) -> Support {
        let backends = request.hostHasVFIO && request.qemu.has("vfio-pci") ? ["default", "vfio"] : []
        return Support(
            true,
            [
                .init("mode", ["subsystem"]),
                .init("startupPolicy", ["default", "mandatory", "requisite", "optional"]),
                .init("subsysType", ["usb", "pci"] + (request.qemu.has("scsi-generic") ? ["scsi"] : [])),
                .init("capsType", []), .init("pciBackend", backends),
            ])
    }

    private static func rng(_ qemu: QEMUCapabilities) -> Support {
        var backends: [String] = []
        if qemu.has("rng-random") { backends.append("random") }
        if qemu.has("rng-egd") { backends.append("egd") }
        if qemu.has("rng-builtin") { backends.append("builtin") }
        return Support(true, [.init("model", virtioModels), .init("backendModel", backends)])
    }

    private static func filesystem(_ qemu: QEMUCapabilities) -> Support {
        choice("driverType", ["path", "handle"] + (qemu.has("vhost-user-fs-device") ? ["virtiofs"] : []))
    }

    private static func tpm(_ request: DomainCapabilitiesRequest) -> Support {
        let qemu = request.qemu
        let models =
            ["tpm-tis", "tpm-crb", "tpm-spapr"].filter(qemu.tpmModels.contains)
            + (qemu.has("tpm-tis-device") && !qemu.tpmModels.contains("tpm-tis") ? ["tpm-tis"] : [])
            + (qemu.has("spapr-tpm-proxy") ? ["spapr-tpm-proxy"] : [])
        if models.isEmpty { return Support(false) }
        var backends = ["passthrough", "emulator"].filter(qemu.tpmTypes.contains)
        if backends.contains("emulator") { backends.append("external") }
        return Support(
            true,
            [
                .init("model", models), .init("backendModel", backends),
                .init("backendVersion", request.tpmVersions),
            ])
    }

    private static func crypto(_ qemu: QEMUCapabilities) -> Support {
        let backends = ["builtin"] + (qemu.has("cryptodev-backend-lkcf") ? ["lkcf"] : [])
        return Support(
            true, [.init("model", ["virtio"]), .init("type", ["qemu"]), .init("backendModel", backends)])
    }

    private static func panic(_ request: DomainCapabilitiesRequest) -> Support {
        let qemu = request.qemu
        var models: [String] = []
        if request.board.isX86, qemu.has("pvpanic") { models += ["isa", "hyperv"] }
        if request.board.isPSeries { models.append("pseries") }
        if request.board.isS390 { models.append("s390") }
        if qemu.has("pvpanic-pci") { models.append("pvpanic") }
        return choice("model", models)
    }
}

extension QEMUCapabilities {
    /// Whether there is a virtio device on any bus.
    fileprivate func hasVirtio(_ name: String) -> Bool {
        ["pci", "ccw", "device"].contains { has("virtio-\(name)-\($0)") }
    }

    /// Whether `-display` knows a kind of screen.
    fileprivate func hasDisplay(_ name: String) -> Bool {
        schema.has("query-display-options", "->", "type", name)
    }

    fileprivate var hasSpice: Bool { schema.has("query-spice") }
}
