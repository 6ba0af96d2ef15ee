import ByteText
import VirtXML

extension DomainDefinition {
    /// Gives every screen that asks for one a port that nobody need have free.
    package mutating func assumePorts() {
        for index in devices.graphics.indices {
            let isSpice = devices.graphics[index].type == .spice
            var port: Int32 = isSpice ? 5901 : 5900
            let websocket = devices.graphics[index].websocket
            devices.graphics[index].takePorts {
                defer { port += 1 }
                return port
            }
            // What browsers would be given stays open: only a start chooses it.
            devices.graphics[index].websocket = websocket
            // The one that isn't encrypted comes before the other, also where there is none.
            if isSpice, (devices.graphics[index].tlsPort ?? 0) == 5901 {
                devices.graphics[index].tlsPort = 5902
            }
        }
    }

    /// Sockets whose place a definition leaves to the driver are put into the guest's own folder.
    package mutating func placeSockets(in folder: String) {
        for index in devices.channels.indices where devices.channels[index].source.type == .unix {
            guard devices.channels[index].source.path == nil, let name = devices.channels[index].target.name
            else { continue }
            devices.channels[index].source.path = "\(folder)/\(name)"
            devices.channels[index].source.listens = true
        }
    }

    /// Forgets places of sockets that the driver chose, or libvirt's of any age: a guest that starts gets new ones.
    package mutating func forgetSockets(in channels: String) {
        let folders = [channels, "/var/lib/libvirt/qemu/channel", "/run/libvirt/qemu/channel"]
        for index in devices.channels.indices where devices.channels[index].source.type == .unix {
            let channel = devices.channels[index]
            guard let path = channel.source.path, let name = channel.target.name,
                folders.contains(where: { Self.isChosen(path, in: $0, for: name) })
            else { continue }
            devices.channels[index].source.path = nil
        }
    }

    /// Whether a channel's socket is where one is put that has no place of its own: in a guest's folder, which is called
    /// by its number or `domain-…`, or beside those of other guests with the guest's name before its own.
    private static func isChosen(_ path: String, in folder: String, for name: String) -> Bool {
        guard let below = path.droppingBytePrefix(folder + "/") else { return false }
        let place = below.droppingBytePrefix("target/") ?? below
        let parts = place.split(atByte: "/")
        if parts.count == 1 { return place.hasByteSuffix("." + name) }
        guard parts.count == 2, parts[1] == name[...], let guest = parts.first else { return false }
        let number = guest.utf8.prefix { $0.isDigit || $0 == UInt8(ascii: "-") }
        return guest.hasBytePrefix("domain-") || number.count > 1 && number.last == UInt8(ascii: "-")
    }
}

extension GraphicsDevice {
    /// Chooses the ports that the definition leaves open.
    package mutating func takePorts<Failure: Error>(_ next: () throws(Failure) -> Int32) throws(Failure) {
        let listensOnSocket = listens.contains { if case .socket = $0.kind { true } else { false } }
        guard type == .vnc || type == .spice, !listensOnSocket else { return }
        if port == -1 || (port == nil && autoport != false) || autoport == true {
            let chosen = try next()
            port = type == .spice && autoport == true && !needsPlain ? nil : chosen
        }
        if type == .vnc, websocket == -1 { websocket = try next() }
        guard type == .spice else { return }
        if autoport == true { tlsPort = needsTLS ? -1 : nil }
        if tlsPort == -1 { tlsPort = try next() }
    }

    /// Whether anything of what the screen carries is to be encrypted, and whether anything needn't be.
    private var needsTLS: Bool {
        defaultMode == .secure || spice?.channels.contains { $0.mode == .secure } == true
    }
    private var needsPlain: Bool {
        defaultMode != .secure || spice?.channels.contains { $0.mode != .secure } == true
    }
}
