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
    let isReadOnly: Bool
    let server: Server
    let log: Logger
    let streams = ServerStreams()
    /// Where what computes for long runs.
    let lane = HeavyWork.shared.lane()
    private let state = Mutex(State())
    private let link = Mutex<PacketConnection?>(nil)

    struct State: Sendable {
        var driver: (any DriverConnection)?
        var subscription: (any EventSubscription)?
        var callbacks = CallbackTable()
        var wantsCloseEvent = false
        var isClosed = false
    }

    init(id: UInt64, isReadOnly: Bool, server: Server, log: Logger) {
        self.id = id
        self.isReadOnly = isReadOnly
        self.server = server
        self.log = log
    }

    /// Starts to listen to the client behind `connection`.
    func start(on connection: PacketConnection) {
        link.withLock { $0 = connection }
        connection.setInputLimit(MessageLimit.message)
        connection.start(self)
    }

    /// The client answers signs of life: from now on it has to.
    func startKeepalive() {
        let (interval, count) = (server.configuration.keepaliveInterval, server.configuration.keepaliveCount)
        guard interval > 0 else { return }
        link.withLock { $0 }?.setKeepalive(interval: .seconds(interval), count: count)
    }

    /// The driver that the client opened; throws before that.
    func driver() throws(VirtError) -> any DriverConnection {
        guard let driver = state.withLock({ $0.driver }) else {
            throw VirtError(.internalError, "hypervisor connection not open", from: .rpc)
        }
        return driver
    }

    /// Reads or changes what the session keeps.
    func withState<Result: Sendable>(_ body: (inout State) -> sending Result) -> Result {
        state.withLock { body(&$0) }
    }

    // MARK: Packets

    func connection(_ connection: PacketConnection, received packets: [Packet]) {
        for packet in packets {
            switch packet.header.kind {
            case .call, .callWithFiles: dispatch(packet)
            case .stream, .streamHole: streams.received(packet, of: self)
            case .reply, .replyWithFiles, .message:
                log.warning(
                    "client \(id) sent a \(packet.header.kind), which only a server sends: its connection ends"
                )
                return connection.close()
            }
        }
    }

    func connection(_ connection: PacketConnection, closed reason: CloseReason) {
        let (driver, subscription) = state.withLock { state in
            state.isClosed = true
            defer { (state.driver, state.subscription) = (nil, nil) }
            return (state.driver, state.subscription)
        }
        log.debug("client \(id) has gone: \(reason)")
        subscription?.cancel()
        streams.abortAll()
        server.forget(self)
        link.withLock { $0 = nil }
        if let driver { Task { await driver.close() } }
    }

    // MARK: Sending

    /// Queues a packet; never waits.
    func send(_ packet: Packet) { link.withLock { $0 }?.send(packet) }

    /// Waits until the client has taken what was sent, where much of it waits.
    func waitForRoom() async {
        guard let connection = link.withLock({ $0 }), connection.queuedBytes > Self.outputLimit else {
            return
        }
        await connection.drained()
    }

    /// How many bytes of stream data may wait for a client to take them.
    private static let outputLimit = 1 << 20

    /// Stops listening to the client for a while, and starts again.
    func pauseReading() { link.withLock { $0 }?.pauseReading() }
    func resumeReading() { link.withLock { $0 }?.resumeReading() }

    /// Ends the connection.
    func close() { link.withLock { $0 }?.close() }
}
