import LinuxSystem
import Logging
import RemoteProtocol
import Synchronization
import Transport
import Virt
import VirtDriver
import XDR

/// One client: its packets in, its answers out, and what belongs to it until it goes.
///
/// Packets come on the event loop's thread. What a snapshot answers is answered there and then; everything else
/// runs as a task of its own and answers when it is done, so that several calls are in flight at once.
final class Session: PacketReceiver {
    let id: UInt64
    let server: Server
    /// Who is at the other end; nil where that can't be known.
    let peer: PeerCredentials?
    /// What it shares with its user's other clients.
    let user: UserClients
    /// What is kept for it: requests, replies, half messages.
    let bytes: Allowance
    let registrations: Allowance
    let streams = ServerStreams()
    /// Where what computes for long runs, unless the user's clients share a lane.
    let lane = HeavyWork.shared.lane()
    /// When it came.
    let connectedAt = CalendarTime.now
    let isForAdministration: Bool
    private let rights: Client.Rights
    private let readsOnly: Atomic<Bool>
    private let state = Mutex(State())
    private let link = Mutex<PacketConnection?>(nil)

    struct State: Sendable {
        var driver: (any DriverConnection)?
        var subscription: (any EventSubscription)?
        var callbacks = CallbackTable()
        var wantsCloseEvent = false
        var isClosed = false
        /// Ends the connection of a client that opens nothing; nil when it has.
        var openTimer: EventLoop.Timer?
        var hasOpened = false
        var running = RunningCalls()
        var line = CallLine()
        /// The session stands among those whose turn will come.
        var isInTurns = false
        /// What is to happen once the client has the reply to its call.
        var afterReply: (@Sendable () -> Void)?
        /// Somebody will call back when there is room for its calls.
        var isWatching = false
    }

    init(id: UInt64, door: Door, peer: PeerCredentials?, user: UserClients, server: Server) {
        self.id = id
        self.server = server
        self.peer = peer
        self.user = user
        rights = server.rights(peer)
        readsOnly = Atomic(door == .reading)
        isForAdministration = door == .administration
        bytes = Allowance(server.limits.clientBytes, of: user.bytes)
        registrations = Allowance(server.limits.registrations, of: user.registrations)
    }

    /// Who the client is, and what it may do.
    var client: Client {
        Client(number: id, identity: peer, isReadOnly: isReadOnly, rights: rights)
    }

    /// Whether it may change nothing: it came to the read-only socket, or asked for that.
    var isReadOnly: Bool { readsOnly.load(ordering: .relaxed) }

    /// Whether it has opened anything yet.
    var hasOpened: Bool { withState { $0.hasOpened } }

    /// How many of its calls are being answered.
    var runningCalls: Int { withState { $0.running.count } }

    /// Has the client read only, from now on.
    func becomeReadOnly() { readsOnly.store(true, ordering: .relaxed) }

    /// As whom it takes its turns.
    var turnOwner: Turns.Owner { user.key.map { .user($0.user) } ?? .client(id) }

    /// How much its connection may take.
    var connectionLimits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.input = MessageLimit.unauthenticated
        limits.bytes = bytes
        if isReadOnly {
            limits.output = server.limits.readOnlyOutput
            // No call that a read-only client may make takes any.
            limits.descriptors = 0
        }
        return limits
    }

    var connection: PacketConnection? { link.withLock { $0 } }

    /// Starts to listen to the client behind `connection`.
    func start(on connection: PacketConnection) {
        link.withLock { $0 = connection }
        let timer = connection.loop.schedule(after: server.limits.openTime) { [weak self] in
            guard let self else { return }
            tell(.info, "it opened nothing in \(server.limits.openTime): its connection ends")
            close()
        }
        withState { $0.openTimer = timer }
        connection.start(self)
    }

    /// The client has opened something: from now on it may send large messages.
    func opened() {
        let timer = withState { state in
            defer { (state.openTimer, state.hasOpened) = (nil, !state.isClosed) }
            return state.openTimer
        }
        guard let timer else { return }
        timer.cancel()
        user.opened()
        let limit = isReadOnly ? server.limits.readOnlyMessage : MessageLimit.message
        connection?.setInputLimit(limit)
    }

    /// The client answers signs of life: from now on it has to.
    func startKeepalive() {
        let (interval, count) = (server.configuration.keepaliveInterval, server.configuration.keepaliveCount)
        guard interval > 0 else { return }
        connection?.setKeepalive(interval: .seconds(interval), count: count)
    }

    /// The driver that the client opened; throws before that.
    func driver() throws(VirtError) -> any DriverConnection {
        guard let driver = state.withLock({ $0.driver }) else {
            throw VirtError(.internalError, "hypervisor connection not open", from: .rpc)
        }
        return driver
    }

    /// Reads or changes what the session keeps.
    @discardableResult
    func withState<Result: Sendable>(_ body: (inout State) -> sending Result) -> Result {
        state.withLock { body(&$0) }
    }

    // MARK: Packets

    func connection(_ connection: PacketConnection, received packets: [Packet]) {
        var pace = beginning()
        for packet in packets {
            switch packet.header.kind {
            case .call, .callWithFiles: take(packet, &pace)
            case .stream, .streamHole: streams.received(packet, of: self)
            case .reply, .replyWithFiles, .message:
                tell(
                    .warning,
                    "it sent a \(packet.header.kind), which only a server sends: its connection ends")
                return connection.close()
            }
        }
        if !pace.mayRun { settle() }
    }

    func connection(_ connection: PacketConnection, closed reason: CloseReason) {
        let end = state.withLock { state in
            state.isClosed = true
            defer {
                (state.driver, state.subscription, state.openTimer) = (nil, nil, nil)
                (state.line, state.callbacks) = (CallLine(), CallbackTable())
            }
            return state
        }
        tell(.debug, "has gone: \(reason)")
        end.openTimer?.cancel()
        end.subscription?.cancel()
        for task in end.running.tasks { task.cancel() }
        bytes.giveBack(end.line.bytes)
        registrations.giveBack(end.callbacks.callbacks.count)
        streams.abortAll()
        user.leave(opened: end.hasOpened)
        server.forget(self)
        link.withLock { $0 = nil }
        if let driver = end.driver { Task { await driver.close() } }
    }

    func connectionWaitsForRoom(_ connection: PacketConnection) { server.watchRoom() }
}
