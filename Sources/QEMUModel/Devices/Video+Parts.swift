import ByteText
import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a graphics card.
    package func parts(of video: VideoDevice) throws(ConfigurationError) -> [QEMUPart] {
        guard video.type != .none else { return [] }
        let alias = try alias(of: video.info)
        let driver = try driver(of: video)
        var device: JSONObject = ["driver": .string(driver)]
        var parts: [QEMUPart] = []
        if video.type == .virtio, driver != "vhost-user-vga" {
            addVirtio(video.driver?.virtio ?? VirtioOptions(), to: &device)
        }
        device.add("id", alias)
        addHeads(video, driver, to: &device)
        addMemory(video, to: &device)
        if let resolution = video.resolution, video.type != .ramfb || resolution.width > 0 {
            device.add("xres", resolution.width)
            device.add("yres", resolution.height)
        }
        if video.driver?.name == .vhostuser {
            var chardev = OptionText("socket")
            chardev.add("id", "chr-vu-" + alias)
            chardev.add("fd", resources.vhostUserGPU(alias).map { "\($0)" })
            parts.append(.chardev(chardev))
            device.add("chardev", "chr-vu-" + alias)
        }
        try addAddress(of: video.info, to: &device)
        return parts + [.device(device)]
    }

    private func driver(of video: VideoDevice) throws(ConfigurationError) -> String {
        let name: String
        switch video.type {
        case .vga: name = video.primary ? "VGA" : "secondary-vga"
        case .cirrus: name = "cirrus-vga"
        case .vmvga: name = "vmware-svga"
        case .qxl: name = video.primary && hasVGA ? "qxl-vga" : "qxl"
        case .bochs: name = "bochs-display"
        case .ramfb: name = "ramfb"
        case .virtio: name = try virtioDriver(of: video)
        default:
            throw .unsupported(
                "domain configuration does not support video model '\(video.type.rawValue)'")
        }
        guard qemu.has(name) else {
            throw .unsupported(
                "domain configuration does not support video model '\(video.type.rawValue)'")
        }
        return name
    }

    /// Whether a primary card may be one that firmware knows as VGA.
    private var hasVGA: Bool { domain.board.hasVGA }

    private func virtioDriver(of video: VideoDevice) throws(ConfigurationError) -> String {
        let isVGA =
            video.primary && video.info.address?.kind == .pci && domain.board.hasVirtioVGA
            && qemu.has("virtio-vga")
        if video.driver?.name == .vhostuser {
            return isVGA ? "vhost-user-vga" : try virtioDriver("vhost-user-gpu", video.info)
        }
        let accelerated = video.acceleration?.accel3d == true
        let base = isVGA ? "virtio-vga" : try virtioDriver("virtio-gpu", video.info)
        let withGL = isVGA ? "virtio-vga-gl" : base.replacingLast("virtio-gpu", with: "virtio-gpu-gl")
        return accelerated && qemu.has(withGL) ? withGL : base
    }

    private func addHeads(_ video: VideoDevice, _ driver: String, to device: inout JSONObject) {
        if video.type == .virtio {
            if video.acceleration?.accel3d == true, !driver.contains(bytesOf: "-gl"),
                qemu.has("virtio-gpu-device", "virgl")
            {
                device["virgl"] = true
            }
            device.add("max_outputs", video.heads)
            if let blob = video.blob { device.add("blob", blob) }
        } else if video.type == .qxl {
            device.add("max_outputs", video.heads)
        }
    }

    /// Documents count in KiB.
    private func addMemory(_ video: VideoDevice, to device: inout JSONObject) {
        switch video.type {
        case .qxl:
            device.add("ram_size", video.ram.map { UInt64($0) * 1024 })
            device.add("vram_size", video.vram.map { UInt64($0) * 1024 })
            device.add("vram64_size_mb", (video.vram64 ?? 0) / 1024)
            device.add("vgamem_mb", video.vgamem.map { $0 / 1024 })
        case .vga: device.add("vgamem_mb", video.vram.map { $0 / 1024 })
        case .vmvga: device.add("vgamem_mb", video.vram.map { $0 / 1024 })
        case .bochs: device.add("vgamem", video.vram.map { UInt64($0) * 1024 })
        default: break
        }
    }
}

extension String {
    /// The text with a prefix exchanged.
    func replacingLast(_ prefix: String, with other: String) -> String {
        droppingBytePrefix(prefix).map { other + $0 } ?? self
    }
}
