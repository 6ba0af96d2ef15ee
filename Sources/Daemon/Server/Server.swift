import LinuxSystem
import Logging
import Synchronization
import Transport
import Virt
import VirtDriver

/// The daemon's front: its sockets, its clients, the drivers that answer them.
public final class Server: Sendable {
    public let configuration: Configuration
    let routes = RouteTable.shared
    private let drivers: [any Driver]
    private let log: Logger
    private let limit: ClientLimit
    private let state = Mutex(State())

    private struct State {
        var nextID: UInt64 = 1
        var sessions: [UInt64: Session] = [:]
        var listeners: [PacketListener] = []
    }

    /// A server whose URIs the first of `drivers` that knows them opens.
    public init(configuration: Configuration, drivers: [any Driver], log: Logger) {
        self.configuration = configuration
        self.drivers = drivers
        self.log = log
        limit = ClientLimit(configuration.maxClients)
    }

    /// How many clients there are.
    public var clientCount: Int { state.withLock { $0.sessions.count } }

    /// Listens on a socket that is there already; clients of a read-only one may change nothing.
    public func listen(on socket: Descriptor, readOnly: Bool) throws(SystemError) {
        let listener = try PacketListener(socket, limit: limit, log: log) { [weak self] connection in
            self?.accept(connection, readOnly: readOnly)
        }
        state.withLock { $0.listeners.append(listener) }
    }

    private func accept(_ connection: PacketConnection, readOnly: Bool) {
        let session = state.withLock { state in
            defer { state.nextID += 1 }
            let session = Session(id: state.nextID, isReadOnly: readOnly, server: self, log: log)
            state.sessions[state.nextID] = session
            return session
        }
        log.debug("client \(session.id) connected\(readOnly ? ", read-only" : "")")
        session.start(on: connection)
    }

    /// A client has gone.
    func forget(_ session: Session) { _ = state.withLock { $0.sessions.removeValue(forKey: session.id) } }

    /// Opens a URI with the driver that knows it.
    func open(_ uri: ConnectionURI, readOnly: Bool) async throws(VirtError) -> any DriverConnection {
        for driver in drivers {
            if let connection = try await driver.open(uri, readOnly: readOnly) { return connection }
        }
        throw VirtError(.noConnect, uri.description)
    }

    /// Takes no more clients and ends those that there are.
    public func stop() {
        let (listeners, sessions) = state.withLock { state in
            defer { state.listeners = [] }
            return (state.listeners, Array(state.sessions.values))
        }
        for listener in listeners { listener.stop() }
        for session in sessions { session.close() }
    }
}
