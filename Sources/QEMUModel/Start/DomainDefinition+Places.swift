import ByteText
import VirtXML

extension DomainDefinition {
    /// Gives every screen that asks for one a port that nobody need have free.
    package mutating func assumePorts() {
        for index in devices.graphics.indices {
            var port: Int32 = devices.graphics[index].type == .spice ? 5901 : 5900
            devices.graphics[index].takePorts {
                defer { port += 1 }
                return port
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

    /// Forgets places of sockets that the driver chose: a guest that starts gets new ones.
    package mutating func forgetSockets(in channels: String) {
        for index in devices.channels.indices where devices.channels[index].source.type == .unix {
            guard devices.channels[index].source.path?.hasBytePrefix(channels + "/") == true else { continue }
            devices.channels[index].source.path = nil
        }
    }
}

extension GraphicsDevice {
    /// Chooses the ports that the definition leaves open.
    package mutating func takePorts<Failure: Error>(_ next: () throws(Failure) -> Int32) throws(Failure) {
        let listensOnSocket = listens.contains { if case .socket = $0.kind { true } else { false } }
        guard type == .vnc || type == .spice, !listensOnSocket else { return }
        if port == -1 || (port == nil && autoport != false) || autoport == true { port = try next() }
        if type == .vnc, websocket == -1 { websocket = try next() }
        if type == .spice, tlsPort == -1 { tlsPort = try next() }
    }
}
