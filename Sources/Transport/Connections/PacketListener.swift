import LinuxSystem
import Logging
import Synchronization

/// Accepts connections at one listening socket, as many as the limit allows; further ones wait in the
/// system's queue.
public final class PacketListener: Sendable {
    private let socket: Descriptor
    private let limit: ClientLimit
    private let loop: EventLoop
    private let log: Logger
    private let rate = Mutex(LogRate())
    private let accepted: @Sendable (UnixTransport, ClientLimit.Place) -> Void
    private let registration = Mutex<EventLoop.Registration?>(nil)
    private let refusal: Mutex<Refusal>

    /// What turning clients away takes.
    private struct Refusal {
        /// A descriptor that is given up for the moment of telling a client that there is none for it.
        var spare: Descriptor?
        /// How often in a row none could be accepted.
        var failures = 0
    }

    /// How often accepting is tried, at intervals of 200 ms, before those who wait are told that it is no use.
    private static let patience = 10

    /// Starts to accept from a listening, non-blocking unix socket, opened here or inherited.
    ///
    /// - Parameters:
    ///   - limit: the clients that there may be, shared by listeners.
    ///   - isAccepting: whether clients are accepted at once, or from ``start()`` on.
    ///   - accepted: called on the loop's thread with each client and its place; the client is gone when both are let go.
    public init(
        _ socket: Descriptor, limit: ClientLimit, loop: EventLoop = .shared,
        log: Logger = Logger(label: "transport"), isAccepting: Bool = true,
        accepted: @escaping @Sendable (UnixTransport, ClientLimit.Place) -> Void
    ) throws(SystemError) {
        self.socket = socket
        self.limit = limit
        self.loop = loop
        self.log = log
        self.accepted = accepted
        refusal = Mutex(Refusal(spare: try? socket.duplicate()))
        try registration.withLock { (registration) throws(SystemError) in
            registration = try loop.register(socket, for: isAccepting ? .readable : []) { [weak self] _ in
                self?.accept()
            }
        }
    }

    /// Accepts clients from now on.
    public func start() { setAccepting(true) }

    /// Accepts no more. Connections that were accepted go on.
    public func stop() {
        let old = registration.withLock { registration in
            defer { registration = nil }
            return registration
        }
        old?.cancel()
    }

    /// Accepts what waits, some at a time so that others have their turn.
    private func accept() {
        for _ in 0..<16 {
            guard let place = limit.take(orElse: { [weak self] in self?.acceptAgain() }) else {
                warn("no more clients are accepted for now: there are \(limit.maximum)")
                return setAccepting(false)
            }
            do throws(SystemError) {
                guard let socket = try UnixSocket.accept(from: socket) else { return }
                refusal.withLock { $0.failures = 0 }
                accepted(UnixTransport(socket), place)
            } catch {
                return rest(after: error)
            }
        }
    }

    /// In a later turn, so that it cannot come before the pause that it ends.
    private func acceptAgain() {
        loop.submit { [weak self] in self?.setAccepting(true) }
    }

    private func setAccepting(_ on: Bool) {
        registration.withLock { registration in
            _ = try? registration?.modify(on ? .readable : [])
        }
    }

    /// A client that is gone already is none; but where the system has no descriptors left, asking again at
    /// once would only burn time.
    private func rest(after error: SystemError) {
        warn("cannot accept a client: \(error)")
        guard !error.isConnectionLost else { return }
        turnAway()
        setAccepting(false)
        loop.schedule(after: .milliseconds(200)) { [weak self] in self?.setAccepting(true) }
    }

    /// Ends the connections that wait, once it has been tried long enough: else they would wait for as long as it lasts.
    private func turnAway() {
        refusal.withLock { refusal in
            refusal.failures += 1
            guard refusal.failures >= Self.patience else { return }
            refusal.spare?.close()
            while let unlucky = try? UnixSocket.accept(from: socket) { unlucky.close() }
            refusal.spare = try? socket.duplicate()
        }
    }

    /// Clients decide how often this happens, so not each time is told.
    private func warn(_ text: String) {
        if let line = rate.withLock({ $0.line(text) }) { log.warning("\(line)") }
    }
}
