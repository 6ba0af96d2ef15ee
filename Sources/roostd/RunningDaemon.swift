import Daemon
import DriverKit
import HostKit
import LinuxSystem
import Logging
import Virt
import VirtDriver

/// The daemon put together.
struct RunningDaemon {
    let places: Places
    let log: Logger
    private let lock: LockFile
    let server: Server
    /// `roostd.conf` as it was read last.
    var file: ConfigurationFile
    private let drivers: DriverSet
    let administration: HostAdministration
    private let events: HostEvents
    /// The sockets that were made here, to be removed at the end.
    private let sockets: [String]

    /// Why the daemon can't run.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(_ options: Options, inherited: [InheritedSockets.Socket]) async throws {
        let places = Places(options)
        let (output, logProblem) = await Blocking.run { Self.logFile(options.logFile) }
        let wholeLog = DaemonLog(
            output, path: logProblem == nil ? options.logFile : nil, isVerbose: options.isVerbose)
        log = wholeLog.logger("roostd")
        if let logProblem { log.warning("the log goes to the standard error: \(logProblem)") }
        self.places = places
        lock = try await Self.lock(places)
        file = try await Self.settingsFile(places)
        let (configuration, rest) = try Self.configuration(places, file)
        try await wholeLog.take(configuration)
        let (library, eventLog) = (places.layout.library, wholeLog.logger("events"))
        let events = await Blocking.run {
            HostEvents(library: library, size: configuration.eventJournalSize, log: eventLog)
        }
        self.events = events
        drivers = try await DriverSet(places, rest, events: events.hub, log: wholeLog.logger)
        server = Server(configuration: configuration, drivers: drivers, log: log)
        administration = HostAdministration(wholeLog, server, drivers)
        // Before any guest is touched: where another daemon listens, whoever removed its lock, this one ends here.
        let sockets = try await Self.sockets(places, configuration, inherited)
        self.sockets = sockets.compactMap(\.path)
        try await serve(sockets)
        if let timeout = options.timeout { administration.setTimeout(timeout) }
    }

    /// Takes up the guests, and then the clients that have come meanwhile.
    private func serve(_ sockets: [OpenSocket]) async throws {
        do {
            for socket in sockets {
                if socket.isForAdministration {
                    try server.listen(on: socket.descriptor, for: administration, isAccepting: false)
                } else {
                    try server.listen(
                        on: socket.descriptor, readOnly: socket.isReadOnly, isAccepting: false)
                }
            }
            try await drivers.start { name, error in
                log.error("the \(name) driver can't start, and what it keeps is missing: \(error)")
            }
            events.hub.settle()
            server.acceptClients()
        } catch {
            await stop()
            throw error
        }
    }

    /// Starts what is to start with the host.
    func autostart() async { await drivers.autostart() }

    /// Takes no more clients and gives the sockets up. Guests run on.
    func stop() async {
        server.stop()
        await drivers.stop()
        for path in sockets { _ = try? FileSystem.remove(path) }
        events.close()
    }

    /// Where the log goes, and why that isn't where it was to go.
    private static func logFile(_ path: String?) -> (Descriptor, SystemError?) {
        guard let path else { return (.standardError, nil) }
        do throws(SystemError) {
            return (try FileSystem.open(path, [.writeOnly, .create, .append], mode: 0o600), nil)
        } catch {
            return (.standardError, error)
        }
    }

    /// Makes sure that this is the only daemon here.
    private static func lock(_ places: Places) async throws -> LockFile {
        let attempt = try await Blocking.run { () throws(SystemError) in
            try places.layout.make()
            try FileSystem.makeDirectory(places.socketFolder, mode: 0o755, parents: true)
            return try LockFile.acquire(places.lockFile)
        }
        switch attempt {
        case .acquired(let lock): return lock
        case .held(let process):
            let who = process.map { "process \($0)" } ?? "another process"
            throw Failure(
                description: "another roostd (\(who)) serves here already: \(places.lockFile) is locked")
        }
    }

    /// A socket that clients come to.
    private struct OpenSocket {
        let descriptor: Descriptor
        let isReadOnly: Bool
        var isForAdministration = false
        /// Where it stands, if it was made here.
        var path: String?
    }

    /// Whose the sockets are, if not the daemon's own.
    private static func owner(_ configuration: Configuration) async throws -> FileOwner? {
        guard let (name, missing) = configuration.socketGroup else { return nil }
        let group = try await Blocking.run { () throws(SystemError) in try GroupAccount.named(name) }
        guard let group else { throw missing }
        return FileOwner(user: ThisProcess.user, group: group.id)
    }

    /// The sockets that systemd opened, or our own.
    private static func sockets(
        _ places: Places, _ configuration: Configuration, _ inherited: [InheritedSockets.Socket]
    ) async throws -> [OpenSocket] {
        if !inherited.isEmpty {
            return inherited.map { socket in
                OpenSocket(
                    descriptor: socket.descriptor, isReadOnly: socket.isReadOnly,
                    isForAdministration: socket.isForAdministration)
            }
        }
        let owner = try await owner(configuration)
        var sockets: [OpenSocket] = []
        for (name, readOnly) in [("libvirt-sock", false), ("libvirt-sock-ro", true)] {
            if readOnly && !places.isSystem { continue }
            let path = places.socketFolder + "/" + name
            let mode = readOnly ? configuration.readOnlyMode : configuration.readWriteMode
            let socket = try await Blocking.run { () throws(SystemError) in
                try UnixSocket.listen(at: path, mode: mode, owner: owner)
            }
            sockets.append(OpenSocket(descriptor: socket, isReadOnly: readOnly, path: path))
        }
        let path = places.socketFolder + "/libvirt-admin-sock"
        let mode = configuration.administrationMode
        let socket = try await Blocking.run { () throws(SystemError) in
            try UnixSocket.listen(at: path, mode: mode)
        }
        sockets.append(
            OpenSocket(descriptor: socket, isReadOnly: false, isForAdministration: true, path: path))
        return sockets
    }
}
