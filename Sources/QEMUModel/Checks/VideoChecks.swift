import VirtXML

extension DomainDefinition {
    func checkVideos(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        for video in devices.videos {
            try checkAssigned(video.info)
            try checkGeneral(video)
            try checkInfo(video.info)
            if devices.videos.count > 1, devices.videos.contains(where: { $0.type == .none }) {
                throw .unsupported(
                    "a 'none' video type must be the only video device defined for the domain")
            }
            try check(video, qemu)
        }
    }

    func checkPrimaryVideo() throws(ConfigurationError) {
        if devices.videos.filter(\.primary).count > 1 {
            throw .unsupported("Only one primary video device is supported")
        }
    }

    private func check(_ video: VideoDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        guard video.type != .none else { return }
        if video.type == .ramfb, video.info.address != nil {
            throw .unsupported("address not supported for video type ramfb")
        }
        let type = video.type.rawValue
        if !isSupported(video, qemu) {
            throw .unsupported("domain configuration does not support video model '\(type)'")
        }
        if !video.primary, !Self.mayBeSecondary.contains(video.type) {
            throw .unsupported("video type '\(type)' is only valid as primary video device")
        }
        if video.heads != 1, video.type != .qxl, video.type != .virtio {
            throw .unsupported("video type '\(type)' doesn't support multiple 'heads'")
        }
        if video.acceleration?.accel2d == true {
            throw .unsupported("qemu does not support the accel2d setting")
        }
        try checkMemory(of: video)
        if video.acceleration?.accel3d == true, video.type != .virtio {
            throw .unsupported("3d acceleration is supported only with 'virtio' video device")
        }
        if video.blob == true, memoryBacking?.source != .memfd {
            throw .unsupported("'blob' support for virtio-gpu devices requires a memfd memory backend")
        }
        if video.resolution != nil, ![.vga, .qxl, .virtio, .bochs].contains(video.type) {
            throw .xml("model resolution is not supported")
        }
    }

    /// What no hypervisor's card of some models has.
    private func checkGeneral(_ video: VideoDevice) throws(ConfigurationError) {
        guard video.type != .none else { return }
        if video.driver?.name == .vhostuser, video.type != .virtio {
            throw .unsupported("'vhostuser' driver is only supported with 'virtio' device")
        }
        if video.acceleration?.rendernode != nil, video.driver?.name != .vhostuser {
            throw .unsupported("unsupported rendernode accel attribute without 'vhostuser'")
        }
        if video.type != .qxl { try checkQXL(video) }
        try check(video.driver?.virtio ?? .init(), isVirtio: video.type == .virtio)
        if video.blob != nil, video.type != .virtio {
            throw .unsupported("video type '\(video.type.rawValue)' does not support blob resources")
        }
    }

    private func checkQXL(_ video: VideoDevice) throws(ConfigurationError) {
        if video.ram != nil { throw .unsupported("ram attribute only supported for video type qxl") }
        if video.vram64 != nil { throw .unsupported("vram64 attribute only supported for video type qxl") }
        if video.vgamem != nil { throw .unsupported("vgamem attribute only supported for video type qxl") }
    }

    private static var mayBeSecondary: Set<VideoDevice.Kind> { [.qxl, .virtio] }

    private func isSupported(_ video: VideoDevice, _ qemu: QEMUCapabilities) -> Bool {
        switch video.type {
        case .vga: qemu.has("VGA")
        case .cirrus: qemu.has("cirrus-vga")
        case .vmvga: qemu.has("vmware-svga")
        case .qxl: qemu.has("qxl")
        case .bochs: qemu.has("bochs-display")
        case .ramfb: qemu.has("ramfb")
        case .virtio:
            ["virtio-gpu-pci", "virtio-gpu-ccw", "virtio-gpu-device", "virtio-vga"].contains(where: qemu.has)
        case .none: true
        case .default, .xen, .vbox, .parallels, .gop: false
        }
    }

    /// What every card of these models has, in KiB.
    private func checkMemory(of video: VideoDevice) throws(ConfigurationError) {
        let least: UInt32 = 1024
        if video.type == .vga || video.type == .vmvga, let vram = video.vram, vram < least {
            throw .unsupported("value for 'vram' must be at least 1 MiB (1024 KiB)")
        }
        if video.type == .qxl, let vgamem = video.vgamem, vgamem < least {
            throw .unsupported("value for 'vgamem' must be at least 1 MiB (1024 KiB)")
        }
        if video.type == .qxl, let vgamem = video.vgamem, vgamem & (vgamem - 1) != 0 {
            throw .unsupported("value for 'vgamem' must be power of two")
        }
    }
}
