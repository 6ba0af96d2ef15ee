import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func openConsole(device: String?, flags: DomainConsoleFlags) async throws(VirtError) -> any DataStream {
        try flags.rawValue.require(3, in: "virDomainOpenConsole", from: .qemu)
        try requireGuest()
        let (alias, source) = try consoleSource(named: device)
        return try await open(alias, source, isForced: flags.contains(.force), what: "console")
    }

    func openChannel(name: String?, flags: DomainChannelFlags) async throws(VirtError) -> any DataStream {
        try flags.rawValue.require(1, in: "virDomainOpenChannel", from: .qemu)
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
            throw VirtError(.operationInvalid, "domain is not running", from: .qemu)
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
        if let active = consoles[alias] {
            guard isForced else {
                throw VirtError(
                    .operationFailed, "Active \(what) session exists for this domain", from: .qemu)
            }
            active.close(
                VirtError(.operationAborted, "another client has taken the \(what) over", from: .qemu))
            consoles[alias] = nil
        }
        guard let path = source.path, source.type == .pty || source.type == .unix || source.type == .dev
        else {
            throw VirtError(
                .internalError, "character device \(alias) is not using a PTY or UNIX socket", from: .qemu)
        }
        let isSocket = source.type == .unix
        let result = await Blocking.run { () -> Result<Descriptor, SystemError> in
            do throws(SystemError) {
                if isSocket { return .success(try UnixSocket.connect(to: path)) }
                return .success(try FileSystem.open(path, [.readWrite, .nonBlocking]))
            } catch {
                return .failure(error)
            }
        }
        do throws(SystemError) {
            let descriptor = try result.get()
            let stream = try DescriptorStream(descriptor)
            consoles[alias] = stream
            stream.onClose { [weak self, weak stream] in
                Task { await self?.consoleClosed(alias, stream) }
            }
            return stream
        } catch {
            throw VirtError(error, "the \(what) \(alias) can't be opened at \(path)")
        }
    }

    private func consoleClosed(_ alias: String, _ stream: DescriptorStream?) {
        if let stream, consoles[alias] === stream { consoles[alias] = nil }
    }

    /// The guest has ended, and its lines with it.
    func closeConsoles() {
        for stream in consoles.values { stream.close(nil) }
        consoles = [:]
    }
}
