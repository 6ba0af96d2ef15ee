import LinuxSystem
import RemoteProtocol
import Synchronization

/// One connection that carries packets, served by an event loop.
///
/// It reads once per wake-up and hands all packets of that read to its receiver in one call; what is sent
/// on the loop's thread is written with one call at the end of the turn. Pings are answered here. Once
/// started it lives until it is closed, whoever holds it.
public final class PacketConnection: Sendable {
    public let loop: EventLoop
    let transport: any ByteTransport
    let limits: ConnectionLimits
    let state: Mutex<State>
    private let input: Mutex<PacketFramer>

    /// What may be changed from any thread. The receiver is never called with it locked.
    struct State {
        var receiver: (any PacketReceiver)?
        var registration: EventLoop.Registration?
        var output = OutputQueue()
        /// How many bytes of a message that isn't complete are kept.
        var halfMessage = 0
        /// How many bytes are counted in the allowance.
        var counted = 0
        var whenDrained: [@Sendable () -> Void] = []
        /// A flush stands at the end of this turn.
        var flushIsDue = false
        var waitsForRoom = false
        var pauses: ReadingPause = []
        /// The connection ends for this reason once its output is written.
        var finishing: CloseReason?
        var isClosed = false
        var keepalive: Keepalive?
        var keepaliveTimer: EventLoop.Timer?
        /// The place that the connection takes among the clients; free when it ends.
        var place: ClientLimit.Place?

        var interest: ReadyEvents {
            var events: ReadyEvents = pauses.isEmpty && finishing == nil ? .readable : []
            if waitsForRoom { events.insert(.writable) }
            return events
        }
    }

    /// Takes over a connected transport. Nothing is read before `start`.
    ///
    /// - Parameter place: the place that it takes among the clients until it ends.
    public init(
        _ transport: any ByteTransport, loop: EventLoop = .shared,
        limits: ConnectionLimits = ConnectionLimits(), place: ClientLimit.Place? = nil
    ) {
        self.transport = transport
        self.loop = loop
        self.limits = limits
        input = Mutex(PacketFramer(limit: limits.input))
        state = Mutex(State(place: place))
    }

    /// Connects to the unix socket at `path`.
    public static func connect(
        to path: String, loop: EventLoop = .shared
    ) async throws(SystemError) -> PacketConnection {
        let socket = try await Blocking.run { () throws(SystemError) in try UnixSocket.connect(to: path) }
        return PacketConnection(UnixTransport(socket), loop: loop)
    }

    /// Begins to read. `receiver` is held until the connection ends.
    public func start(_ receiver: any PacketReceiver) {
        let failure: SystemError? = state.withLock { state in
            guard !state.isClosed, state.registration == nil else { return nil }
            state.receiver = receiver
            do throws(SystemError) {
                state.registration = try loop.register(transport.descriptor, for: state.interest) {
                    self.becameReady($0)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure { close(.system(failure)) }
    }

    /// Who is at the other end; nil where that cannot be known.
    public var peer: PeerCredentials? { transport.peer }

    public var isOpen: Bool { state.withLock { !$0.isClosed } }

    /// The largest message taken from now on, its length word counted.
    public func setInputLimit(_ limit: Int) {
        input.withLock { $0.limit = limit }
    }

    // MARK: Reading

    private func becameReady(_ events: ReadyEvents) {
        if events.contains(.writable) { flush() }
        if events.contains(.readable) {
            read()
        } else if !events.isDisjoint(with: [.hangUp, .error]) {
            close(.peer)
        }
    }

    private func read() {
        if !hasRoomToRead() { return }
        var packets: [Packet] = []
        var halfMessage = 0
        let end = withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 16) { buffer in
            receive(into: buffer, packets: &packets, halfMessage: &halfMessage)
        }
        let (isClosed, receiver) = state.withLock { state in
            if state.halfMessage != halfMessage {
                state.halfMessage = halfMessage
                count(&state)
            }
            if !packets.isEmpty { state.keepalive?.heard(at: .now) }
            return (state.isClosed, state.receiver)
        }
        if isClosed { return }
        let forReceiver = answerPings(packets)
        if !forReceiver.isEmpty { receiver?.connection(self, received: forReceiver) }
        if let end { close(end) }
    }

    /// Reads once; answers why the connection is to end, if it is.
    private func receive(
        into buffer: UnsafeMutableRawBufferPointer, packets: inout [Packet], halfMessage: inout Int
    ) -> CloseReason? {
        do throws(SystemError) {
            let received = try transport.receive(into: buffer, maximumDescriptors: limits.descriptors)
            guard let received else { return nil }
            if received.count == 0 { return .peer }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer.prefix(received.count))
            return input.withLock { framer in
                defer { halfMessage = framer.kept }
                do throws(FramingError) {
                    try framer.receive(bytes, descriptors: received.descriptors, into: &packets)
                    return nil
                } catch {
                    return .framing(error)
                }
            }
        } catch {
            return error.isConnectionLost ? .peer : .system(error)
        }
    }
}

extension SystemError {
    /// Whether it only says that the peer is gone.
    var isConnectionLost: Bool { self.errno == 104 || self.errno == 32 }
}
