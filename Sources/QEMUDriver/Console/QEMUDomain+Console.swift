import DriverKit
import Glibc
import HostKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func openConsole(device: String?, flags: DomainConsoleFlags) async throws(VirtError) -> any DataStream {
        try flags.require([.force, .safe], in: "qemuDomainOpenConsole", from: .qemu)
        try requireGuest()
        let (alias, source) = try consoleSource(named: device)
        return try await open(alias, source, isForced: flags.contains(.force), what: "console")
    }

    func openChannel(name: String?, flags: DomainChannelFlags) async throws(VirtError) -> any DataStream {
        try flags.require(.force, in: "qemuDomainOpenChannel", from: .qemu)
        try requireGuest()
        let channels = snapshot.live?.devices.channels ?? []
        let channel =
            name.map { name in channels.first { $0.target.name == name || $0.info.alias == name } }
            ?? channels.first
        guard let channel, let alias = channel.info.alias else {
            throw VirtError(.internalError, "cannot find channel \(name ?? "")", from: .qemu)
        }
        return try await open(alias, channel.source, isForced: flags.contains(.force), what: "channel")
    }

    /// The guest's line with this alias, or the first one that there is.
    private func consoleSource(named name: String?) throws(VirtError) -> (String, CharacterSource) {
        guard let devices = snapshot.live?.devices else {
            throw VirtError.notRunning
        }
        var lines: [(String, CharacterSource)] = []
        lines += devices.consoles.compactMap { device in device.info.alias.map { ($0, device.source) } }
        lines += devices.serials.compactMap { device in device.info.alias.map { ($0, device.source) } }
        if let name {
            lines += devices.parallels.compactMap { device in device.info.alias.map { ($0, device.source) } }
            if let found = lines.first(where: { $0.0 == name }) { return found }
        } else if let first = lines.first {
            return first
        }
        throw VirtError(.internalError, "cannot find character device \(name ?? "<default>")", from: .qemu)
    }

    /// Opens the host's end of a line. One at a time may do so.
    private func open(
        _ alias: String, _ source: CharacterSource, isForced: Bool, what: String
    ) async throws(VirtError) -> any DataStream {
        guard let path = source.path, source.type == .pty || source.type == .unix || source.type == .dev
        else {
            throw VirtError(
                .internalError, "character device \(alias) is not using a PTY or UNIX socket", from: .qemu)
        }
        let (run, number) = try takeSeat(alias, isForced: isForced, what: what)
        do throws(SystemError) {
            let stream = try DescriptorStream(try await open(source, path), of: what)
            guard hasSeat(alias, number, of: run) else {
                stream.close(nil)
                throw SystemError(call: "open", errno: ECANCELED, context: path)
            }
            guest?.consoles[alias] = .open(stream)
            stream.onClose { [weak self, weak stream] in
                Task { await self?.consoleClosed(alias, stream, of: run) }
            }
            return stream
        } catch {
            if hasSeat(alias, number, of: run) { guest?.consoles[alias] = nil }
            throw VirtError(error, "the \(what) \(alias) can't be opened at \(path)")
        }
    }

    /// Takes a line for a client, before anything is waited for; from another one only by force.
    private func takeSeat(
        _ alias: String, isForced: Bool, what: String
    ) throws(VirtError) -> (run: Int32, number: UInt64) {
        let run = try requireGuest().id
        if let seat = guest?.consoles[alias] {
            guard isForced else {
                throw VirtError(
                    .operationFailed, "Active \(what) session exists for this domain", from: .qemu)
            }
            if case .open(let active) = seat {
                active.close(
                    VirtError(.operationAborted, "another client has taken the \(what) over", from: .qemu))
            }
        }
        let number = (guest?.lastSeat ?? 0) &+ 1
        guest?.lastSeat = number
        guest?.consoles[alias] = .taken(number)
        return (run, number)
    }

    /// Whether the line still is this client's, in this run.
    private func hasSeat(_ alias: String, _ number: UInt64, of run: Int32) -> Bool {
        guard let guest = guest(run), case .taken(number)? = guest.consoles[alias] else { return false }
        return true
    }

    private func open(_ source: CharacterSource, _ path: String) async throws(SystemError) -> Descriptor {
        let configuration = context.configuration
        return try await Blocking.run { () throws(SystemError) in try source.open(path, configuration) }
    }

    private func consoleClosed(_ alias: String, _ stream: DescriptorStream?, of run: Int32) {
        guard let stream, case .open(let current)? = guest(run)?.consoles[alias], current === stream else {
            return
        }
        guest?.consoles[alias] = nil
    }
}

extension CharacterSource {
    /// Opens the host's end of a line. What QEMU has named, or what stands where guests' user may write, is looked at
    /// first. May wait.
    fileprivate func open(_ path: String, _ configuration: QEMUConfiguration) throws(SystemError)
        -> Descriptor
    {
        switch type {
        case .pty: try Pseudoterminal(path, of: configuration.guestUser).open()
        case .unix: try UnixSocket.connect(to: path, listeners: listens ? configuration.listeners : nil)
        default: try FileSystem.open(path, [.readWrite, .nonBlocking], links: .trusted)
        }
    }
}
