import VirtXML

extension DomainDefinition {
    /// The ways to see the screen, and what they carry.
    func checkGraphics(_ host: QEMUHost) throws(ConfigurationError) {
        for graphics in devices.graphics where graphics.type == .spice && !host.hasSpiceTLS {
            guard graphics.autoport != true, (graphics.tlsPort ?? 0) > 0 else { continue }
            throw .unsupported(
                "spice TLS port set in XML configuration, but TLS is disabled in qemu.conf")
        }
        for graphics in devices.graphics { try check(graphics) }
        let kinds = devices.graphics.map(\.type)
        let others = kinds.filter { $0 != .eglHeadless }
        let hasFitting = others.contains(.vnc) || others.contains(.spice)
        let hasUnfitting = others.contains(.sdl) || others.contains(.dbus)
        if kinds.contains(.eglHeadless), hasUnfitting || !hasFitting && !others.isEmpty {
            throw .unsupported(
                "graphics type 'egl-headless' is only supported with one of: 'vnc', 'spice' graphics types")
        }
        let accelerated = devices.graphics.filter { $0.gl?.enable == true || $0.type == .eglHeadless }
        if Set(accelerated.map(\.type)).count > 1 {
            throw .unsupported("multiple OpenGL displays are not supported by QEMU")
        }
    }

    private func check(_ graphics: GraphicsDevice) throws(ConfigurationError) {
        try checkBackend(graphics.audioID)
        switch graphics.type {
        case .rdp, .desktop:
            throw .unsupported("\(graphics.type.rawValue) graphics are not supported with this QEMU")
        case .vnc:
            if graphics.connected != nil, graphics.connected != .keep {
                throw .unsupported("VNC supports connected='keep' only")
            }
            if let password = graphics.password, password.utf8.count > 8 {
                throw .unsupported(
                    "VNC password is \(password.utf8.count) characters long, only 8 permitted")
            }
        case .dbus where graphics.p2p == true && graphics.dbusAddress != nil:
            throw .xml("D-Bus p2p with an address is not supported")
        default: break
        }
    }

    /// Sound goes to backends that there are, each of which has a number of its own.
    func checkAudio() throws(ConfigurationError) {
        if let twice = devices.audios.firstRepeated(by: \.id) {
            throw .xml("audio ID \(twice.id) is used multiple times")
        }
        for audio in devices.audios {
            for stream in [audio.input, audio.output]
            where stream.settings != nil && stream.fixedSettings != true {
                throw .unsupported("audio settings specified without fixed settings flag")
            }
            if audio.type == .spice, !devices.graphics.contains(where: { $0.type == .spice }) {
                throw .unsupported("Spice audio is not supported without spice graphics")
            }
        }
    }

    private func checkBackend(_ id: UInt32?) throws(ConfigurationError) {
        guard let id, !devices.audios.contains(where: { $0.id == id }) else { return }
        throw .xml("no audio device with ID \(id)")
    }

    package func check(_ sound: SoundDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAssigned(sound.info)
        try checkBackend(sound.audioID)
        try checkInfo(sound.info)
        let drivers: [SoundDevice.Model: (driver: String, name: String)] = [
            .ich6: ("intel-hda", "intel-hda"), .ich9: ("ich9-intel-hda", "ich9-intel-hda"),
            .usb: ("usb-audio", "usb-audio"), .virtio: ("virtio-sound-pci", "virtio"),
        ]
        if sound.model == .ich7 { throw .unsupported("sound card model 'ich7' is not supported by qemu") }
        guard let known = drivers[sound.model], !qemu.has(known.driver) else { return }
        if sound.model == .usb || sound.model == .virtio {
            throw .unsupported("\(known.name) controller is not supported by this QEMU binary")
        }
        throw .unsupported("The \(known.name) audio controller is not supported in this QEMU binary")
    }
}
