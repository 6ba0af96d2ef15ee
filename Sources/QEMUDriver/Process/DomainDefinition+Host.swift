import ByteText
import Glibc
import LinuxSystem
import Virt
import VirtXML

extension DomainDefinition {
    /// Gives every screen that asks for one a port.
    mutating func takePorts(_ context: QEMUContext) throws(VirtError) -> [UInt16] {
        var taken: [UInt16] = []
        func next() throws(VirtError) -> Int32 {
            guard let port = context.ports.take(isFree: isFree) else {
                for port in taken { context.ports.give(back: port) }
                throw VirtError(.internalError, "Unable to find an unused port in range 'VNC'", from: .qemu)
            }
            taken.append(port)
            return Int32(port)
        }
        for index in devices.graphics.indices { try devices.graphics[index].takePorts(next) }
        return taken
    }

    /// Gives every screen that asks for one a port that nobody need have free.
    mutating func assumePorts() {
        for index in devices.graphics.indices {
            var port: Int32 = devices.graphics[index].type == .spice ? 5901 : 5900
            devices.graphics[index].takePorts {
                defer { port += 1 }
                return port
            }
        }
    }

    /// Sockets whose place a definition leaves to the driver are put into the guest's own folder.
    mutating func placeSockets(in folder: String) {
        for index in devices.channels.indices where devices.channels[index].source.type == .unix {
            guard devices.channels[index].source.path == nil, let name = devices.channels[index].target.name
            else { continue }
            devices.channels[index].source.path = "\(folder)/\(name)"
            devices.channels[index].source.listens = true
        }
    }

    /// Forgets places of sockets that the driver chose: a guest that starts gets new ones.
    mutating func forgetSockets(in channels: String) {
        for index in devices.channels.indices where devices.channels[index].source.type == .unix {
            guard devices.channels[index].source.path?.hasBytePrefix(channels + "/") == true else { continue }
            devices.channels[index].source.path = nil
        }
    }

    /// What libvirt says of every guest that it runs: the group of its resources, and the user that it runs as.
    mutating func noteHost(_ account: FileOwner?) {
        if resource == nil {
            resource = ResourcePartition()
            resource?.partition = "/machine"
        }
        guard let account, !seclabels.contains(where: { $0.model == Seclabel.ownership }) else { return }
        seclabels.append(.ownership(user: account.user, group: account.group))
    }
}

/// Whether nobody listens at a port of this host.
private func isFree(_ port: UInt16) -> Bool {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return false }
    defer { close(number) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    var on: Int32 = 1
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

extension GraphicsDevice {
    /// Chooses the ports that the definition leaves open.
    mutating func takePorts<Failure: Error>(_ next: () throws(Failure) -> Int32) throws(Failure) {
        let listensOnSocket = listens.contains { if case .socket = $0.kind { true } else { false } }
        guard type == .vnc || type == .spice, !listensOnSocket else { return }
        if port == -1 || (port == nil && autoport != false) || autoport == true { port = try next() }
        if type == .vnc, websocket == -1 { websocket = try next() }
        if type == .spice, tlsPort == -1 { tlsPort = try next() }
    }
}
