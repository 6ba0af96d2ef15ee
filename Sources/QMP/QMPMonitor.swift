import JSON
import LinuxSystem

/// The monitor of one running QEMU. It lives on its event loop's thread, and nothing that QEMU does can keep
/// it from answering: commands have deadlines, and the end of the connection ends them all.
public actor QMPMonitor {
    /// Called with each event, in the order of their arrival and before any later reply is handed out.
    public typealias EventHandler = @Sendable (QMPEvent) -> Void
    /// Called once, when the connection has ended.
    public typealias CloseHandler = @Sendable (QMPError) -> Void

    private enum Phase { case negotiating, ready, closed(QMPError) }

    private struct Waiting {
        var reply: (Result<JSONValue, QMPError>) -> Void
        var deadline: EventLoop.Timer?
    }

    private let loop: EventLoop
    private let socket: Descriptor
    private let onEvent: EventHandler
    private let onClose: CloseHandler
    private var registration: EventLoop.Registration?
    private var session = QMPSession()
    private var outgoing = OutgoingLines()
    private var phase = Phase.negotiating
    private var waiting: [QMPSession.ID: Waiting] = [:]
    private var readiness: [CheckedContinuation<QMPError?, Never>] = []

    /// What QEMU greeted with; nil until then.
    public private(set) var version: QMPVersion?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// A monitor on a connected unix socket. Nothing is read before ``open(timeout:)``.
    public init(
        socket: Descriptor, loop: EventLoop = .shared, onEvent: @escaping EventHandler,
        onClose: @escaping CloseHandler
    ) {
        self.socket = socket
        self.loop = loop
        self.onEvent = onEvent
        self.onClose = onClose
    }

    /// Waits for QEMU's greeting and negotiates; afterwards commands may be sent.
    public func open(timeout: Duration? = .seconds(30)) async throws(QMPError) {
        try register()
        let timer = timeout.map { limit in
            loop.schedule(after: limit) { [weak self] in
                self?.assumeIsolated { $0.giveUpNegotiation() }
            }
        }
        let failure = await withCheckedContinuation { whenReady($0) }
        timer?.cancel()
        if let failure { throw failure }
    }

    private func register() throws(QMPError) {
        guard registration == nil else { return }
        do {
            try socket.setNonBlocking(true)
            registration = try loop.register(socket, for: .readable) { [weak self] events in
                self?.assumeIsolated { $0.ready(events) }
            }
        } catch {
            throw .system(errno: error.errno)
        }
    }

    private func whenReady(_ continuation: CheckedContinuation<QMPError?, Never>) {
        switch phase {
        case .ready: continuation.resume(returning: nil)
        case .closed(let error): continuation.resume(returning: error)
        case .negotiating: readiness.append(continuation)
        }
    }

    private func giveUpNegotiation() {
        if case .negotiating = phase { end(.timedOut(command: "qmp_capabilities")) }
    }

    /// Has QEMU execute a command and gives what it returns.
    ///
    /// - Parameters:
    ///   - descriptors: open files that go along, for commands such as `getfd` and `add-fd`.
    ///   - timeout: how long to wait for the reply; without it, until the connection ends.
    public func execute(
        _ command: String, _ arguments: JSONObject? = nil, descriptors: [Descriptor] = [],
        timeout: Duration? = nil
    ) async throws(QMPError) -> JSONValue {
        if case .closed(let error) = phase { throw error }
        guard session.isReady else { throw .disconnected }
        let (id, line) = session.command(command, arguments)
        let result = await withCheckedContinuation { continuation in
            expect(id, timeout) { continuation.resume(returning: $0) }
            outgoing.append(line, descriptors)
            flush()
        }
        return try result.get()
    }

    /// Has QEMU execute several commands, sent at once, and gives what each returns, in their order.
    public func execute(
        batch commands: [(name: String, arguments: JSONObject?)], timeout: Duration? = nil
    ) async -> [Result<JSONValue, QMPError>] {
        if case .closed(let error) = phase { return commands.map { _ in .failure(error) } }
        guard session.isReady, !commands.isEmpty else { return commands.map { _ in .failure(.disconnected) } }
        return await withCheckedContinuation { continuation in
            let replies = QMPReplies(count: commands.count) { continuation.resume(returning: $0) }
            var lines: [UInt8] = []
            for (index, command) in commands.enumerated() {
                let (id, line) = session.command(command.name, command.arguments)
                expect(id, timeout) { replies.take($0, index) }
                lines += line
            }
            outgoing.append(lines, [])
            flush()
        }
    }

    private func expect(
        _ id: QMPSession.ID, _ timeout: Duration?, _ reply: @escaping (Result<JSONValue, QMPError>) -> Void
    ) {
        waiting[id] = Waiting(reply: reply, deadline: timeout.map { deadline(of: id, after: $0) })
    }

    private func deadline(of id: QMPSession.ID, after limit: Duration) -> EventLoop.Timer {
        loop.schedule(after: limit) { [weak self] in
            self?.assumeIsolated { $0.expire(id) }
        }
    }

    private func expire(_ id: QMPSession.ID) {
        guard let entry = waiting.removeValue(forKey: id) else { return }
        entry.reply(.failure(.timedOut(command: session.name(of: id) ?? "")))
    }

    /// Ends the connection; commands on the way fail with ``QMPError/disconnected``.
    public func close() { end(.disconnected) }

    private func ready(_ events: ReadyEvents) {
        if events.contains(.writable) { flush() }
        if !events.isDisjoint(with: [.readable, .hangUp, .error, .peerClosed]) { receive() }
    }

    private func receive() {
        do {
            guard let bytes = try read() else { return }
            guard !bytes.isEmpty else { return end(.disconnected) }
            for output in try session.receive(bytes) { handle(output) }
        } catch let error as QMPError {
            end(error)
        } catch let error as SystemError {
            end(Self.failure(error))
        } catch {
            end(.disconnected)
        }
    }

    /// What has arrived: nothing at the end of the connection, nil if there is none now.
    private func read() throws -> [UInt8]? {
        try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
            guard
                let received = try UnixSocket.receive(from: socket, into: buffer, maximumDescriptors: 0)
            else { return nil }
            return Array(buffer.prefix(received.count))
        }
    }

    private func handle(_ output: QMPSession.Output) {
        switch output {
        case .greeted(let version, let line):
            self.version = version
            outgoing.append(line, [])
            flush()
        case .ready: becomeReady()
        case .event(let event): onEvent(event)
        case .reply(let id, let result):
            guard let entry = waiting.removeValue(forKey: id) else { return }
            entry.deadline?.cancel()
            entry.reply(result)
        }
    }

    private func becomeReady() {
        guard case .negotiating = phase else { return }
        phase = .ready
        for continuation in readiness { continuation.resume(returning: nil) }
        readiness = []
    }

    private func flush() {
        guard case .closed = phase else {
            do {
                let isDone = try outgoing.send(to: socket)
                try registration?.modify(isDone ? .readable : [.readable, .writable])
            } catch {
                end(Self.failure(error))
            }
            return
        }
    }

    /// Who goes without having read all breaks the connection; that is an end as any.
    private static func failure(_ error: SystemError) -> QMPError {
        OutgoingLines.ends.contains(error.errno) ? .disconnected : .system(errno: error.errno)
    }

    private func end(_ error: QMPError) {
        if case .closed = phase { return }
        phase = .closed(error)
        registration?.cancel()
        registration = nil
        for continuation in readiness { continuation.resume(returning: error) }
        readiness = []
        for entry in waiting.values {
            entry.deadline?.cancel()
            entry.reply(.failure(error))
        }
        waiting = [:]
        onClose(error)
    }
}
