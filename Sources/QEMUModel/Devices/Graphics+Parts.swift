import ByteText
import VirtXML

extension QEMUGuest {
    /// The parts of a way to see the screen.
    package func parts(of graphics: GraphicsDevice) throws(ConfigurationError) -> [QEMUPart] {
        if graphics.listens.count > 1 {
            throw .unsupported("QEMU does not support multiple listens for one graphics device.")
        }
        switch graphics.type {
        case .vnc: return try vnc(graphics)
        case .spice: return try spice(graphics)
        case .sdl: return sdl(graphics)
        case .eglHeadless: return egl(graphics)
        case .dbus: return dbus(graphics)
        case .rdp, .desktop:
            throw .unsupported("graphics type '\(graphics.type.rawValue)' is not supported by QEMU")
        }
    }

    private func display(_ kind: String, _ graphics: GraphicsDevice) -> OptionText {
        var text = OptionText(kind)
        text.add("gl", on: graphics.gl?.enable)
        text.add("rendernode", graphics.gl?.rendernode)
        return text
    }

    private func sdl(_ graphics: GraphicsDevice) -> [QEMUPart] {
        var text = OptionText("sdl")
        text.add("gl", on: graphics.gl?.enable)
        let parts: [QEMUPart] = [.option("-display", text)]
        return graphics.fullscreen == true ? [.flag("-full-screen")] + parts : parts
    }

    private func egl(_ graphics: GraphicsDevice) -> [QEMUPart] {
        var text = OptionText("egl-headless")
        text.add("rendernode", graphics.gl?.rendernode ?? resources.renderNode)
        return [.option("-display", text)]
    }

    private func dbus(_ graphics: GraphicsDevice) -> [QEMUPart] {
        var text = OptionText("dbus")
        if graphics.p2p == true {
            text.add("p2p", on: true)
        } else {
            text.add(
                "addr",
                graphics.dbusAddress ?? busAddress)
        }
        text.add("gl", on: graphics.gl?.enable)
        text.add("rendernode", graphics.gl?.rendernode)
        if let id = graphics.audioID { text.add("audiodev", audio(id)) }
        return [.option("-display", text)]
    }

    private func vnc(_ graphics: GraphicsDevice) throws(ConfigurationError) -> [QEMUPart] {
        var parts: [QEMUPart] = []
        var text = OptionText()
        switch graphics.listens.first?.kind {
        case .socket(let path, _):
            text.add("vnc", "unix:" + (path ?? "\(resources.domainFolder)/vnc.sock"))
        case .address(let address): text = try vncAddress(address, graphics)
        case .network(_, let address): text = try vncAddress(address, graphics)
        case nil: text = try vncAddress(nil, graphics)
        case GraphicsListen.Kind.none?: text.add(word: "none")
        }
        if let policy = graphics.sharePolicy { text.add("share", policy.rawValue) }
        if graphics.password != nil { text.add("password", on: true) }
        if let tls = resources.tls["vnc"] {
            parts += tls.parts("vnc-tls-creds0", endpoint: "server")
            text.add("tls-creds", "vnc-tls-creds0")
        }
        if resources.vncUsesSASL { text.add("sasl", on: true) }
        text.add("power-control", on: graphics.powerControl)
        text.add("audiodev", audio(graphics.audioID))
        parts.append(.option("-vnc", text))
        if let keymap = graphics.keymap { parts.append(.option("-k", OptionText(keymap))) }
        return parts
    }

    private func vncAddress(_ address: String?, _ graphics: GraphicsDevice) throws(ConfigurationError)
        -> OptionText
    {
        guard let port = graphics.port, (5900...65535).contains(port) else {
            throw .unsupported("vnc port must be in range [5900,65535]")
        }
        let address = address ?? resources.vncListen
        let shown = address.contains(byte: ":") ? "[\(address)]" : address
        var text = OptionText("\(shown):\(port - 5900)")
        if let websocket = graphics.websocket { text.add("websocket", websocket) }
        return text
    }

    private func spice(_ graphics: GraphicsDevice) throws(ConfigurationError) -> [QEMUPart] {
        var text = OptionText()
        try addSpicePlace(graphics, to: &text)
        if resources.spiceUsesSASL { text.add("sasl", on: true) }
        if let mouse = graphics.spice?.mouseMode { text.add("agent-mouse", on: mouse == .client) }
        addSpiceSettings(graphics, to: &text)
        text.add("seamless-migration", on: true)
        var parts: [QEMUPart] = [.option("-spice", text)]
        if let keymap = graphics.keymap { parts.append(.option("-k", OptionText(keymap))) }
        return parts
    }

    private func addSpicePlace(_ graphics: GraphicsDevice, to text: inout OptionText)
        throws(ConfigurationError)
    {
        let kind = graphics.listens.first?.kind ?? .address(nil)
        switch kind {
        case .socket(let path, _):
            text.add("unix", on: true)
            text.add("addr", path ?? "\(resources.domainFolder)/spice.sock")
        case .none: text.add("port", 0)
        case .address(let address): addSpicePorts(address, graphics, to: &text)
        case .network(_, let address): addSpicePorts(address, graphics, to: &text)
        }
    }

    private func addSpicePorts(_ address: String?, _ graphics: GraphicsDevice, to text: inout OptionText) {
        let port = graphics.port.flatMap { $0 > 0 ? $0 : nil }
        let tlsPort = graphics.tlsPort.flatMap { $0 > 0 ? $0 : nil }
        guard port != nil || tlsPort != nil else { return text.add("port", 0) }
        text.add("port", port)
        text.add("tls-port", tlsPort)
        text.add("addr", address ?? resources.spiceListen)
    }

    private func addSpiceSettings(_ graphics: GraphicsDevice, to text: inout OptionText) {
        if graphics.password == nil, !resources.spiceHasPassword { text.add("disable-ticketing", on: true) }
        let listensAtPort =
            graphics.listens.first.map { if case .socket = $0.kind { false } else { $0.kind != .none } }
            ?? true
        if listensAtPort, (graphics.tlsPort ?? 0) > 0 {
            text.add("x509-dir", resources.tls["spice"]?.folder ?? "/etc/pki/qemu")
        }
        switch graphics.defaultMode {
        case .secure: text.add("tls-channel", "default")
        case .insecure: text.add("plaintext-channel", "default")
        case .any, nil: break
        }
        for channel in graphics.spice?.channels ?? [] {
            switch channel.mode {
            case .secure: text.add("tls-channel", channel.name.rawValue)
            case .insecure: text.add("plaintext-channel", channel.name.rawValue)
            case .any: break
            }
        }
        let spice = graphics.spice
        text.add("image-compression", spice?.imageCompression?.rawValue)
        text.add("jpeg-wan-compression", spice?.jpegCompression?.rawValue)
        text.add("zlib-glz-wan-compression", spice?.zlibCompression?.rawValue)
        text.add("playback-compression", on: spice?.playbackCompression)
        text.add("streaming-video", spice?.streamingMode?.rawValue)
        if spice?.copyPaste == false { text.add("disable-copy-paste", on: true) }
        if spice?.fileTransfer == false { text.add("disable-agent-file-xfer", on: true) }
        if graphics.gl?.enable == true {
            text.add("gl", on: true)
            text.add("rendernode", graphics.gl?.rendernode ?? resources.renderNode)
        }
    }
}
