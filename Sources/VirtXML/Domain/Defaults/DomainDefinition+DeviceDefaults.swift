import XMLBinding

extension DomainDefinition {
    /// Fills in what each device's own element leaves open.
    public mutating func fillDeviceDefaults(_ defaults: GeneralDefaults) {
        for index in devices.inputs.indices where devices.inputs[index].bus == nil {
            devices.inputs[index].bus = defaultBus(devices.inputs[index].type)
        }
        for index in devices.interfaces.indices {
            let mac = devices.interfaces[index].mac
            guard mac == nil || mac?.address.value == 0 else { continue }
            devices.interfaces[index].mac = InterfaceMAC(defaults.newMAC())
        }
        for index in devices.rngs.indices where devices.rngs[index].backend == .random(nil) {
            devices.rngs[index].backend = .random("/dev/random")
        }
    }

    private func defaultBus(_ type: InputDevice.Kind) -> InputDevice.Bus {
        switch type {
        case .mouse, .keyboard:
            if os.type == "xen" || os.type == "linux" { return .xen }
            return isX86 ? .ps2 : isS390 ? .virtio : .usb
        case .tablet: return isS390 ? .virtio : .usb
        case .passthrough: return .virtio
        case .evdev: return .none
        }
    }

    /// Gives a guest with graphics a card, and each card what its model needs. One card is the first.
    public mutating func fillVideo(model: VideoDevice.Kind) {
        if devices.videos.isEmpty, !devices.graphics.isEmpty { devices.videos = [VideoDevice(model)] }
        for index in devices.videos.indices { devices.videos[index].fillDefaults(model: model) }
        guard !devices.videos.isEmpty else { return }
        let primary = devices.videos.firstIndex(where: \.primary) ?? 0
        var first = devices.videos.remove(at: primary)
        first.primary = first.type != .none || first.primary
        devices.videos.insert(first, at: 0)
    }
}

extension VideoDevice {
    /// The memory and screens that a model has if nothing is said.
    public mutating func fillDefaults(model: Kind) {
        if type == .default { type = model }
        if type == .none { return }
        heads = heads ?? 1
        switch type {
        case .qxl:
            ram = ram ?? 65536
            vram = vram ?? 65536
        case .vga, .cirrus, .vmvga, .bochs, .vbox, .xen:
            vram = vram ?? Self.defaultVRAM(type)
        case .virtio, .ramfb, .none, .parallels, .gop, .default: break
        }
    }

    private static func defaultVRAM(_ type: Kind) -> UInt32 {
        switch type {
        case .xen: 4096
        case .vbox: 8192
        default: 16384
        }
    }
}
