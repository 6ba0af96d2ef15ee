import JSON
import VirtXML

extension QEMUGuest {
    /// The parts that make the host's end of a character device; the last is the `-chardev` itself.
    ///
    /// - Parameters:
    ///   - alias: the device's alias; the end gets its name with `char` in front.
    ///   - device: what a device of the host is.
    package func parts(
        of source: CharacterSource, alias: String, device: String = "serial"
    ) throws(ConfigurationError) -> [QEMUPart] {
        var sets: [QEMUPart] = []
        func set(_ use: String) -> DescriptorSet? {
            let name = "\(alias)-\(use)"
            let set = resources.descriptorSet(name)
            if let set { sets.append(set.part(name)) }
            return set
        }
        var backend = try backend(
            source, alias: alias, file: source.type == .file ? set("source") : nil, device: device)
        if let log = source.logFile, case .chardev(var text)? = backend.popLast() {
            addLog(log, set("log"), source, to: &text)
            backend.append(.chardev(text))
        }
        return sets + backend
    }

    private func backend(
        _ source: CharacterSource, alias: String, file set: DescriptorSet?, device: String
    ) throws(ConfigurationError) -> [QEMUPart] {
        let id = "char" + alias
        switch source.type {
        case .null, .vc, .pty, .stdio: return [.chardev(named(source.type.rawValue, id))]
        case .dev, .file, .pipe: return [.chardev(try file(source, id, set, device))]
        case .unix: return [.chardev(try unix(source, id, alias))]
        case .tcp: return try tcp(source, id, alias)
        case .udp: return [.chardev(udp(source, id))]
        case .spicevmc, .spiceport: return [.chardev(try spice(source, id))]
        case .nmdm: throw .unsupported("unsupported chardev '\(source.type.rawValue)'")
        case .vdagent: return [.chardev(agent(source, id))]
        case .dbus: return [.chardev(dbus(source, id))]
        }
    }

    private func named(_ kind: String, _ id: String) -> OptionText {
        var text = OptionText(kind)
        text.add("id", id)
        return text
    }

    /// Adds what keeps a log of all that is written. A file that the daemon has opened was emptied by it, if it was to be.
    private func addLog(
        _ log: String, _ set: DescriptorSet?, _ source: CharacterSource, to text: inout OptionText
    ) {
        text.add("logfile", set?.path ?? log)
        text.add("logappend", on: set != nil ? true : source.logAppend)
    }

    private func file(
        _ source: CharacterSource, _ id: String, _ set: DescriptorSet?, _ device: String
    ) throws(ConfigurationError) -> OptionText {
        let kind = source.type == .dev ? device : source.type.rawValue
        guard let path = source.path else {
            throw .internal("Missing source path attribute for char device")
        }
        var text = named(kind, id)
        text.add("path", set?.path ?? path)
        if source.type == .file { text.add("append", on: set != nil ? true : source.append) }
        return text
    }

    /// A listening socket is made by the daemon and handed over, so that nobody finds it half made.
    private func unix(
        _ source: CharacterSource, _ id: String, _ alias: String
    ) throws(ConfigurationError) -> OptionText {
        var text = named("socket", id)
        if source.listens, let descriptor = resources.socketDescriptor(alias) {
            text.add("fd", "\(descriptor)")
        } else {
            guard let path = source.path else {
                throw .internal("Missing source path attribute for char device")
            }
            text.add("path", path)
        }
        if source.listens {
            text.add("server", on: true)
            text.add("wait", on: false)
        }
        addReconnect(source.reconnect, to: &text)
        return text
    }

    private func tcp(
        _ source: CharacterSource, _ id: String, _ alias: String
    ) throws(ConfigurationError) -> [QEMUPart] {
        var text = named("socket", id)
        text.add("host", source.host ?? "")
        text.add("port", source.service ?? "")
        if source.protocol == .telnet { text.add("telnet", on: true) }
        if source.listens {
            text.add("server", on: true)
            text.add("wait", on: false)
        }
        addReconnect(source.reconnect, to: &text)
        let tls = resources.tls["chardev"] ?? .usual
        guard source.tls == true else {
            return [.chardev(text)]
        }
        let name = "objchar\(alias)_tls0"
        text.add("tls-creds", name)
        return tls.parts(name, endpoint: source.listens ? "server" : "client") + [.chardev(text)]
    }

    private func udp(_ source: CharacterSource, _ id: String) -> OptionText {
        var text = named("udp", id)
        text.add("host", source.host ?? "")
        text.add("port", source.service)
        text.add("localaddr", source.bindHost ?? "")
        text.add("localport", source.bindService ?? "0")
        return text
    }

    private func spice(_ source: CharacterSource, _ id: String) throws(ConfigurationError) -> OptionText {
        var text = named(source.type.rawValue, id)
        text.add("name", source.channel ?? (source.type == .spicevmc ? "vdagent" : nil))
        return text
    }

    private func agent(_ source: CharacterSource, _ id: String) -> OptionText {
        var text = named("qemu-vdagent", id)
        text.add("name", "vdagent")
        text.add("clipboard", on: source.clipboardCopyPaste)
        if let mode = source.mouseMode { text.add("mouse", on: mode == .client) }
        return text
    }

    private func dbus(_ source: CharacterSource, _ id: String) -> OptionText {
        var text = named("dbus", id)
        text.add("name", source.channel)
        return text
    }

    /// Newer binaries count in milliseconds.
    func addReconnect(_ reconnect: Reconnect?, to text: inout OptionText) {
        guard let reconnect, let enabled = reconnect.enabled else { return }
        addReconnect(seconds: enabled ? UInt64(reconnect.timeout ?? 0) : 0, to: &text)
    }

    /// Has QEMU try again after so many seconds.
    func addReconnect(seconds: UInt64, to text: inout OptionText) {
        if qemu.schema.has("chardev-add", "backend", "socket", "reconnect-ms")
            || qemu.schema.has("chardev-add", "backend", "socket", "data", "reconnect-ms")
        {
            text.add("reconnect-ms", seconds * 1000)
        } else {
            text.add("reconnect", seconds)
        }
    }
}
