import LinuxSystem
import Roost
import Synchronization
import Virt

/// One run of the shell: its connection, its settings, and where it prints.
///
/// It is used by one task from beginning to end.
final class Session {
    let output: Output
    var settings: Settings
    /// Whether commands come from a person or a file instead of the program's arguments.
    var isInteractive = false
    /// Set by `quit`.
    var isOver = false
    /// The connection, once there is one.
    private(set) var connection: Connection?
    /// The daemon that is administered, once there is a connection to it.
    var administered: DaemonAdministrator?
    /// The URI that the connection was opened with.
    private var openedURI: String?
    private var loss: ConnectionLoss?

    init(settings: Settings, output: Output) {
        self.settings = settings
        self.output = output
    }

    /// The connection, which is opened if it must be.
    func connected() async throws -> Connection {
        if let connection, loss?.reason == nil { return connection }
        let isReconnect = connection != nil
        let uri = settings.uri
        let opened = try await open(uri, isReadOnly: settings.isReadOnly)
        isReconnect ? goOn(with: opened) : use(opened)
        return opened
    }

    /// Connects anew, as `connect` does; the old connection stays if it fails.
    func connect(to uri: String?, isReadOnly: Bool) async throws {
        let opened = try await open(uri, isReadOnly: isReadOnly)
        if let old = connection { await old.close() }
        use(opened)
        settings.uri = uri
        settings.isReadOnly = isReadOnly
    }

    private func open(_ uri: String?, isReadOnly: Bool) async throws -> Connection {
        let uri = uri ?? DefaultURI.find()
        let opened = try await explaining("failed to connect to the hypervisor") {
            try await opening(uri, isReadOnly: isReadOnly)()
        }
        openedURI = uri
        return opened
    }

    /// What opens a connection as this session does.
    private func opening(_ uri: String, isReadOnly: Bool) -> @Sendable () async throws -> Connection {
        let interval = settings.keepaliveInterval ?? Settings.usualKeepaliveInterval
        let count = settings.keepaliveCount ?? Settings.usualKeepaliveCount
        return {
            let opened = try await Connection.open(uri, readOnly: isReadOnly)
            opened.setKeepalive(interval: .seconds(interval), count: Int(count))
            return opened
        }
    }

    /// What opens this session's connection anew, for what listens beside it.
    func reopening() -> @Sendable () async throws -> Connection {
        opening(openedURI ?? DefaultURI.find(), isReadOnly: settings.isReadOnly)
    }

    /// Takes a connection that was opened beside it in place of the one that was lost.
    func goOn(with opened: Connection) {
        reportLoss()
        use(opened)
        output.errors(["Reconnected to the hypervisor"])
    }

    private func use(_ opened: Connection) {
        connection = opened
        let watch = ConnectionLoss()
        opened.onClose { watch.note($0) }
        loss = watch
    }

    /// The URI of the connection as a client opens it, not as the daemon does.
    func canonicalURI() async throws -> String {
        let connection = try await connected()
        if let openedURI, !openedURI.isEmpty { return openedURI }
        return try await explaining("failed to get URI") { try await connection.uri() }
    }

    /// Ends the connection.
    func close() async {
        if let connection { await connection.close() }
        await administered?.close()
        (connection, administered) = (nil, nil)
    }

    /// Says that the connection was lost meanwhile, once.
    func reportLoss() {
        guard let loss, let reason = loss.takeNews() else { return }
        let uri = openedURI ?? "the hypervisor"
        let why: String =
            switch reason {
            case .eof: "end of file"
            case .keepalive: "keepalive timeout"
            case .client: "client request"
            default: "I/O error"
            }
        output.errors(["Disconnected from \(uri) due to \(why)"])
    }
}

/// Whether and why a connection ended by itself; told by another thread.
private final class ConnectionLoss: Sendable {
    private struct State {
        var reason: ConnectCloseReason?
        var isReported = false
    }

    private let state = Mutex(State())

    var reason: ConnectCloseReason? { state.withLock(\.reason) }

    func note(_ reason: ConnectCloseReason) { state.withLock { $0.reason = reason } }

    func takeNews() -> ConnectCloseReason? {
        state.withLock { state in
            if state.isReported { return nil }
            state.isReported = state.reason != nil
            return state.reason
        }
    }
}
