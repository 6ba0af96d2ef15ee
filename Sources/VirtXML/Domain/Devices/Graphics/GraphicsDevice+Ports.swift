import XMLBinding

extension GraphicsDevice {
    mutating func bindVNC(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try readListens(&x) }
        if x.isWriting, case .socket(let path, _)? = listens.first?.kind {
            try writeSocket(path, &x)
        } else {
            try bindPort(&x)
            try x.attribute("websocket", &websocket)
            if websocket == 0 { websocket = nil }
            try bindOldListen(&x)
        }
        try x.attribute("keymap", &keymap)
        try x.attribute("sharePolicy", &sharePolicy)
        if sharePolicy == .default { sharePolicy = nil }
        try x.yesNo("powerControl", &powerControl)
        if x.isReading { try x.audio(&audioID) }
        try bindPassword(&x)
        if x.isReading { return try finishListens(x) }
        try x.elements("listen", &listens)
        try x.audio(&audioID)
    }

    mutating func bindSpice(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try readListens(&x) }
        if x.isReading || (port ?? 0) != 0 || !isDefaultAuto { try bindSpicePorts(&x) }
        try x.attribute("keymap", &keymap)
        try x.attribute("defaultMode", &defaultMode)
        if defaultMode == .any { defaultMode = nil }
        try bindPassword(&x)
        if x.isReading { try finishListens(x) } else { try x.elements("listen", &listens) }
        if x.isReading, spice == nil { spice = SpiceSettings() }
        try spice?.bindPictures(&x)
        if x.isReading {
            try x.requireAttribute("enable", ofChild: "gl")
            try x.element("gl", &gl)
        }
        try spice?.bindMouse(&x)
        if x.isWriting { try x.element("gl", &gl) }
    }

    mutating func bindRDP(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try readListens(&x) }
        try bindPort(&x)
        try x.yesNo("replaceUser", &replaceUser, .orNone)
        try x.yesNo("multiUser", &multiUser, .orNone)
        try bindOldListen(&x)
        if x.isReading || x.options.contains(.secure) {
            try x.attribute("username", &username)
            try x.attribute("passwd", &password)
        }
        if x.isReading { try finishListens(x) } else { try x.elements("listen", &listens) }
    }

    /// Nothing is said about ports: only sockets or nothing is listened on.
    private var isDefaultAuto: Bool {
        guard let first = listens.first else { return false }
        switch first.kind {
        case .socket, .none: return true
        case .address, .network: return false
        }
    }

    private mutating func bindPort(_ x: inout XMLBinder) throws(XMLError) {
        guard x.isWriting else { return try readPort(&x) }
        if listens.first?.kind == GraphicsListen.Kind.none { return }
        let hidden = port == nil || (autoport == true && x.options.contains(.inactive))
        var shown = hidden ? (autoport == true ? -1 : nil) : port
        try x.attribute("port", &shown)
        try x.yesNo("autoport", &autoport)
    }

    /// Without a port, or with the port -1, one is chosen, unless the document says that none is.
    private mutating func readPort(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("port", &port, .refusing("cannot parse \(type.rawValue) port %", .internalError))
        if port == -1 { port = nil }
        let chosen = port == nil
        try x.yesNo("autoport", &autoport, .orNone)
        autoport = autoport ?? chosen
        if autoport == true && x.options.contains(.inactive) || port == 0 { port = nil }
    }

    private mutating func bindSpicePorts(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading {
            try x.attribute("port", &port)
            try x.attribute("tlsPort", &tlsPort)
            try x.yesNo("autoport", &autoport)
            return fillSpicePorts(x)
        }
        let hidden = autoport == true && x.options.contains(.inactive)
        var plain = hidden || port == 0 ? nil : port
        var tls = hidden || tlsPort == 0 ? nil : tlsPort
        try x.attribute("port", &plain)
        try x.attribute("tlsPort", &tls)
        if listens.first?.kind != GraphicsListen.Kind.none { try x.yesNo("autoport", &autoport) }
        try bindOldListen(&x)
    }

    private mutating func fillSpicePorts(_ x: XMLBinder) {
        if port == -1, tlsPort == -1 { autoport = autoport ?? true }
        if (port ?? 0) != 0 || (tlsPort ?? 0) != 0 { autoport = autoport ?? false }
        if port == 0 || (autoport == true && x.options.contains(.inactive)) { port = nil }
        if tlsPort == 0 || (autoport == true && x.options.contains(.inactive)) { tlsPort = nil }
    }

    private func writeSocket(_ path: String?, _ x: inout XMLBinder) throws(XMLError) {
        guard case .socket(_, let generated)? = listens.first?.kind else { return }
        if generated, x.options.contains(.inactive) { return }
        var path = path
        try x.attribute("socket", &path)
    }

    /// Older programs look for the first address on the device itself.
    private mutating func bindOldListen(_ x: inout XMLBinder) throws(XMLError) {
        guard x.isWriting, let first = listens.first else { return }
        var address: String?
        switch first.kind {
        case .address(let text): address = text
        case .network(_, let text): address = x.options.contains(.inactive) ? nil : text
        default: break
        }
        try x.attribute("listen", &address)
    }

    private mutating func bindPassword(_ x: inout XMLBinder) throws(XMLError) {
        guard x.isReading || x.options.contains(.secure) else {
            return try x.attribute("connected", &connected)
        }
        // Who has no password needs no name.
        if x.isReading || password != nil { try x.attribute("username", &username) }
        try x.attribute("passwd", &password)
        guard password != nil else { return username = nil }
        try x.attribute("passwdValidTo", &passwordValidTo)
        if let passwordValidTo, x.isReading, !Self.isTime(passwordValidTo) {
            throw x.fault(
                "cannot parse password validity time '\(passwordValidTo)', expect YYYY-MM-DDTHH:MM:SS",
                .internalError)
        }
        try x.attribute("connected", &connected, .refusing("unknown connected value %"))
        try x.require(
            type != .vnc || connected == nil || connected == .keep, "VNC supports connected='keep' only",
            .unsupported)
    }

    /// Whether a text has the form `YYYY-MM-DDTHH:MM:SS`.
    private static func isTime(_ text: String) -> Bool {
        let form = "dddd-dd-ddTdd:dd:dd".utf8, bytes = text.utf8
        return form.count == bytes.count
            && zip(form, bytes).allSatisfy { $0 == UInt8(ascii: "d") ? (48...57).contains($1) : $0 == $1 }
    }

    /// Who listens on no address has no ports to speak of.
    private mutating func dropPorts() {
        if type == .spice {
            guard isDefaultAuto else { return }
            if (port ?? 0) == 0 { (tlsPort, autoport) = (nil, nil) } else { autoport = false }
        }
        guard type == .vnc || type == .rdp else { return }
        switch listens.first?.kind {
        case GraphicsListen.Kind.none?: (port, autoport) = (nil, true)
        case .socket? where type == .vnc: (port, autoport, websocket) = (nil, true, nil)
        default: break
        }
    }

    private mutating func finishListens(_ x: XMLBinder) throws(XMLError) {
        dropPorts()
        for listen in listens {
            guard case .network("", _) = listen.kind else { continue }
            throw x.fault("'network' attribute is required for listen type 'network'")
        }
    }

    private mutating func readListens(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("listen", &listens)
        try GraphicsListen.mergeOld(x, &listens, type)
    }
}
