import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a keyboard, mouse or tablet; none for those of the machine itself.
    package func parts(of input: InputDevice) throws(ConfigurationError) -> [QEMUPart] {
        switch input.bus {
        case .usb: return [.device(try usbInput(input))]
        case .virtio: return [.device(try virtioInput(input))]
        case _ where input.type == .evdev: return [.object(try evdev(input))]
        default: return []
        }
    }

    private func usbInput(_ input: InputDevice) throws(ConfigurationError) -> JSONObject {
        let drivers: [InputDevice.Kind: String] = [
            .mouse: "usb-mouse", .tablet: "usb-tablet", .keyboard: "usb-kbd",
        ]
        guard let driver = drivers[input.type] else {
            throw .unsupported("USB bus does not support '\(input.type.rawValue)' input device")
        }
        var device: JSONObject = ["driver": .string(driver), "id": .string(try alias(of: input.info))]
        try addAddress(of: input.info, to: &device)
        return device
    }

    private func virtioInput(_ input: InputDevice) throws(ConfigurationError) -> JSONObject {
        let base: String
        switch input.type {
        case .mouse: base = "virtio-mouse"
        case .tablet: base = "virtio-tablet"
        case .keyboard: base = "virtio-keyboard"
        case .passthrough: base = "virtio-input-host"
        case .evdev: throw .unsupported("evdev input devices have no bus")
        }
        var device: JSONObject = ["driver": .string(try virtioDriver(base, input.info, model: input.model))]
        addVirtio(input.driver, to: &device)
        device.add("id", try alias(of: input.info))
        if input.type == .passthrough { device.add("evdev", input.source?.evdev) }
        try addAddress(of: input.info, to: &device)
        return device
    }

    private func evdev(_ input: InputDevice) throws(ConfigurationError) -> JSONObject {
        var object: JSONObject = ["qom-type": "input-linux", "id": .string(try alias(of: input.info))]
        object.add("evdev", input.source?.dev)
        object.add("repeat", input.source?.repeat)
        if input.source?.grab == .all { object["grab_all"] = true }
        object.add("grab-toggle", input.source?.grabToggle?.rawValue)
        return object
    }

    /// The parts of a source of random numbers.
    package func parts(of rng: RNGDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: rng.info)
        var parts: [QEMUPart] = []
        var object: JSONObject
        switch rng.backend {
        case .random(let path):
            object = [
                "qom-type": "rng-random", "id": .string("obj" + alias),
                "filename": .string(path ?? "/dev/random"),
            ]
        case .egd(let source):
            parts = try self.parts(of: source, alias: alias)
            object = [
                "qom-type": "rng-egd", "id": .string("obj" + alias), "chardev": .string("char" + alias),
            ]
        case .builtin: object = ["qom-type": "rng-builtin", "id": .string("obj" + alias)]
        }
        parts.append(.object(object))
        var device: JSONObject = [
            "driver": .string(try virtioDriver("virtio-rng", rng.info, model: rng.model))
        ]
        addVirtio(rng.driver, to: &device)
        device.add("rng", "obj" + alias)
        device.add("id", alias)
        if let rate = rng.rate, rate.bytes > 0 {
            device.add("max-bytes", rate.bytes)
            device.add("period", (rate.period ?? 0) == 0 ? 1000 : rate.period)
        }
        try addAddress(of: rng.info, to: &device)
        return parts + [.device(device)]
    }

    /// The parts of the memory balloon.
    package func parts(of balloon: MemballoonDevice) throws(ConfigurationError) -> [QEMUPart] {
        guard let model = VirtioModel(rawValue: balloon.model.rawValue) else { return [] }
        var device: JSONObject = [
            "driver": .string(try virtioDriver("virtio-balloon", balloon.info, model: model))
        ]
        addVirtio(balloon.driver, to: &device)
        device.add("id", try alias(of: balloon.info))
        device.add("deflate-on-oom", balloon.autodeflate)
        device.add("free-page-reporting", balloon.freePageReporting)
        try addAddress(of: balloon.info, to: &device)
        return [.device(device)]
    }

    /// The device of a watchdog; what it does is said once for all.
    package func parts(of watchdog: WatchdogDevice) throws(ConfigurationError) -> [QEMUPart] {
        // This one is part of the machine; it only has to be let act.
        if watchdog.model == .itco {
            var property = OptionText()
            property.add("ICH9-LPC.noreboot", on: false)
            return [.option("-global", property)]
        }
        var device: JSONObject = ["driver": .string(watchdog.model.rawValue)]
        device.add("id", try alias(of: watchdog.info))
        try addAddress(of: watchdog.info, to: &device)
        return [.device(device)]
    }

    /// The parts of a USB hub.
    package func parts(of hub: HubDevice) throws(ConfigurationError) -> [QEMUPart] {
        var device: JSONObject = ["driver": "usb-hub", "id": .string(try alias(of: hub.info))]
        try addAddress(of: hub.info, to: &device)
        return [.device(device)]
    }

    /// The parts of a socket between host and guest.
    package func parts(of vsock: VsockDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: vsock.info)
        var device: JSONObject = [
            "driver": .string(try virtioDriver("vhost-vsock", vsock.info, model: vsock.model))
        ]
        addVirtio(vsock.driver, to: &device)
        device.add("id", alias)
        device.add("guest-cid", vsock.cid ?? resources.vsockCID(alias))
        device.add("vhostfd", resources.vsockDescriptor(alias))
        try addAddress(of: vsock.info, to: &device)
        return [.device(device)]
    }

    /// The parts of what tells of a guest's crash.
    package func parts(of panic: PanicDevice) throws(ConfigurationError) -> [QEMUPart] {
        switch panic.model {
        case .isa:
            var device: JSONObject = ["driver": "pvpanic"]
            if case .isa(let address)? = panic.info.address { device.add("ioport", address.iobase ?? 0) }
            return [.device(device)]
        case .pvpanic:
            var device: JSONObject = ["driver": "pvpanic-pci"]
            try addAddress(of: panic.info, to: &device)
            return [.device(device)]
        default: return []
        }
    }

    /// The parts of an IOMMU; the one of an ARM board is an option of the machine.
    package func parts(of iommu: IOMMUDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: iommu.info)
        let driver = iommu.driver
        switch iommu.model {
        case .intel:
            var device: JSONObject = ["driver": "intel-iommu", "id": .string(alias)]
            if let intremap = driver?.intremap { device.add("intremap", intremap ? "on" : "off") }
            device.add("caching-mode", driver?.cachingMode)
            if let eim = driver?.eim { device.add("eim", eim ? "on" : "off") }
            device.add("device-iotlb", driver?.iotlb)
            device.add("aw-bits", driver?.addressWidth)
            device.add("dma-translation", driver?.dmaTranslation)
            return [.device(device)]
        case .virtio:
            var device: JSONObject = ["driver": "virtio-iommu", "id": .string(alias)]
            try addAddress(of: iommu.info, to: &device)
            return [.device(device)]
        case .smmuv3: return []
        }
    }

    /// The parts of what keeps a crashed kernel's messages.
    package func parts(of store: PstoreDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: store.info)
        var object: JSONObject = ["qom-type": "memory-backend-file", "id": .string("mem" + alias)]
        object.add("mem-path", store.path ?? resources.pstorePath)
        object.add("size", store.size?.bytes)
        object.add("share", true)
        var device: JSONObject = [
            "driver": "acpi-erst", "id": .string(alias), "memdev": .string("mem" + alias),
        ]
        try addAddress(of: store.info, to: &device)
        return [.object(object), .device(device)]
    }

    /// The parts of what encrypts for the guest.
    package func parts(of crypto: CryptoDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: crypto.info)
        var object: JSONObject = ["qom-type": .string("cryptodev-backend-\(crypto.backend.rawValue)")]
        object.add("id", "obj" + alias)
        object.add("queues", crypto.queues)
        var device: JSONObject = ["driver": .string(try virtioDriver("virtio-crypto", crypto.info))]
        addVirtio(crypto.driver, to: &device)
        device.add("cryptodev", "obj" + alias)
        device.add("id", alias)
        try addAddress(of: crypto.info, to: &device)
        return [.object(object), .device(device)]
    }
}
