import VirtXML

extension DomainDefinition {
    /// The ways to see the screen, and what they carry.
    func checkGraphics(_ host: QEMUHost) throws(ConfigurationError) {
        for graphics in devices.graphics {
            if graphics.type == .dbus { try checkBus(graphics) } else { try checkBackend(graphics.audioID) }
            try check(graphics, host)
            if graphics.isAccelerated { try checkRenderers() }
        }
    }

    /// What draws without a screen needs one that takes the pictures.
    private func checkHeadless() throws(ConfigurationError) {
        let others = devices.graphics.map(\.type).filter { $0 != .eglHeadless }
        let hasFitting = others.contains(.vnc) || others.contains(.spice)
        let hasUnfitting = others.contains(.sdl) || others.contains(.dbus)
        if hasUnfitting || !hasFitting && !others.isEmpty {
            throw .unsupported(
                "graphics type 'egl-headless' is only supported with one of: 'vnc', 'spice' graphics types")
        }
    }

    private func checkRenderers() throws(ConfigurationError) {
        if Set(devices.graphics.filter(\.isAccelerated).map(\.type)).count > 1 {
            throw .unsupported("multiple OpenGL displays are not supported by QEMU")
        }
    }

    private func check(_ graphics: GraphicsDevice, _ host: QEMUHost) throws(ConfigurationError) {
        switch graphics.type {
        case .rdp where graphics.listens.contains { if case .socket = $0.kind { true } else { false } }:
            throw .unsupported("listen type 'socket' is not available for graphics type 'rdp'")
        case .rdp, .desktop:
            throw .unsupported("\(graphics.type.rawValue) graphics are not supported with this QEMU")
        case .spice where !host.hasSpiceTLS && graphics.autoport != true && (graphics.tlsPort ?? 0) > 0:
            throw .unsupported("spice TLS port set in XML configuration, but TLS is disabled in qemu.conf")
        case .vnc:
            if let password = graphics.password, password.utf8.count > 8 {
                throw .unsupported(
                    "VNC password is \(password.utf8.count) characters long, only 8 permitted")
            }
        case .dbus where graphics.p2p == true && graphics.dbusAddress != nil:
            throw .xml("D-Bus p2p with an address is not supported")
        case .eglHeadless: try checkHeadless()
        default: break
        }
    }

    /// Sound goes to backends that there are, each of which has a number of its own.
    func checkAudio() throws(ConfigurationError) {
        if let twice = devices.audios.firstRepeated(by: \.id) {
            throw .xml("audio ID \(twice.id) is used multiple times")
        }
        for audio in devices.audios {
            if audio.type == .spice, !devices.graphics.contains(where: { $0.type == .spice }) {
                throw .unsupported("Spice audio is not supported without spice graphics")
            }
        }
    }

    /// A screen on D-Bus carries sound of its own kind; a backend that isn't there is missed at the start.
    private func checkBus(_ screen: GraphicsDevice) throws(ConfigurationError) {
        guard let backend = devices.audios.first(where: { $0.id == screen.audioID }), backend.type != .dbus
        else { return }
        throw .unsupported("The associated audio is not of 'dbus' kind.")
    }

    private func checkBackend(_ id: UInt32?) throws(ConfigurationError) {
        guard let id, !devices.audios.contains(where: { $0.id == id }) else { return }
        throw .xml("no audio device with ID \(id)")
    }

    package func check(_ sound: SoundDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAssigned(sound.info)
        try checkBackend(sound.audioID)
        try checkInfo(sound.info)
        if sound.model == .ich7 { throw .unsupported("sound card model 'ich7' is not supported by qemu") }
        if sound.model == .ich9, !qemu.has("ich9-intel-hda") {
            throw .unsupported("The ich9-intel-hda audio controller is not supported in this QEMU binary")
        }
        for codec in sound.codecs where codec.type != .duplex && !qemu.has("hda-\(codec.type.rawValue)") {
            throw .unsupported("hda-\(codec.type.rawValue) not supported in this QEMU binary")
        }
        if sound.model == .usb, !qemu.has("usb-audio") {
            throw .unsupported("usb-audio controller is not supported by this QEMU binary")
        }
        if sound.model == .virtio, !qemu.has("virtio-sound-pci") {
            throw .unsupported("virtio controller is not supported by this QEMU binary")
        }
    }
}

extension GraphicsDevice {
    /// Whether a renderer of the host draws.
    fileprivate var isAccelerated: Bool { gl?.enable == true || type == .eglHeadless }
}
