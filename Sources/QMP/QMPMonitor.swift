import JSON
import LinuxSystem

/// The monitor of one running QEMU. It lives on its event loop's thread, and nothing that QEMU does can keep
/// it from answering: commands have deadlines, and the end of the connection ends them all.
public actor QMPMonitor {
    /// Called once, when the connection has ended: with ``QMPError/disconnected`` where QEMU or we have closed it, with
    /// ``QMPError/protocolViolation(_:)`` where QEMU has said what it must not and may live on.
    public typealias CloseHandler = @Sendable (QMPError) -> Void

    enum Phase { case negotiating, ready, closed(QMPError) }

    let loop: EventLoop
    private let socket: Descriptor
    private let dropsEvents: Bool
    private let onClose: CloseHandler
    private var registration: EventLoop.Registration?
    /// What the loop watches the socket for.
    private var watched = ReadyEvents.readable
    private var session = QMPSession()
    private var outgoing = OutgoingLines()
    private(set) var phase = Phase.negotiating
    private var replies = AwaitedReplies()
    private var readiness: [CheckedContinuation<QMPError?, Never>] = []
    /// Events that nobody has taken yet, and who waits for the next.
    var events = WaitingEvents()
    var listener: CheckedContinuation<Bool, Never>?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// A monitor on a connected unix socket. Nothing is read before ``open(timeout:)``.
    ///
    /// - Parameter dropsEvents: nobody will listen to ``told``. Otherwise somebody must: as long as many wait to be
    ///   taken, QEMU isn't listened to.
    public init(
        socket: Descriptor, loop: EventLoop = .shared, dropsEvents: Bool = false,
        onClose: @escaping CloseHandler
    ) {
        self.socket = socket
        self.loop = loop
        self.dropsEvents = dropsEvents
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
        let result: Result<JSONValue, QMPError> = await withCheckedContinuation { continuation in
            // Asked here and not before: to get here the caller may have had to wait, and much ends meanwhile.
            if let refusal = refusal(of: command) { return continuation.resume(returning: .failure(refusal)) }
            let (id, line) = session.command(command, arguments)
            expect(id, command, timeout) { continuation.resume(returning: $0) }
            outgoing.append(id, line, descriptors)
            flush()
        }
        return try result.get()
    }

    /// Has QEMU execute several commands, sent at once, and gives what each returns, in their order.
    public func execute(
        batch commands: [(name: String, arguments: JSONObject?)], timeout: Duration? = nil
    ) async -> [Result<JSONValue, QMPError>] {
        guard let first = commands.first else { return [] }
        return await withCheckedContinuation { continuation in
            if let refusal = refusal(of: first.name) {
                return continuation.resume(returning: commands.map { _ in .failure(refusal) })
            }
            let all = QMPReplies(count: commands.count) { continuation.resume(returning: $0) }
            for (index, command) in commands.enumerated() {
                let (id, line) = session.command(command.name, command.arguments)
                expect(id, command.name, timeout) { all.take($0, index) }
                outgoing.append(id, line)
            }
            flush()
        }
    }

    /// Why no command can be sent now; nil if one can.
    private func refusal(of command: String) -> QMPError? {
        if case .closed(let error) = phase { return error }
        guard session.isReady else { return .disconnected }
        if session.unanswered < QMPSession.maximumUnanswered { return nil }
        return .busy(command: command, unanswered: session.unanswered)
    }

    private func expect(
        _ id: QMPSession.ID, _ command: String, _ timeout: Duration?,
        _ answer: @escaping (AwaitedReplies.Reply) -> Void
    ) {
        replies.expect(id, command, deadline: timeout.map { deadline(of: id, after: $0) }, answer)
    }

    private func deadline(of id: QMPSession.ID, after limit: Duration) -> EventLoop.Timer {
        loop.schedule(after: limit) { [weak self] in
            self?.assumeIsolated { $0.expire(id) }
        }
    }

    /// Time is up. What QEMU has not been sent yet it won't be; what it has been sent it still has to answer.
    private func expire(_ id: QMPSession.ID) {
        if replies.expire(id), outgoing.remove(id) { session.withdraw(id) }
    }

    /// Ends the connection; commands on the way fail with ``QMPError/disconnected``.
    public func close() { end(.disconnected) }

    private func ready(_ ready: ReadyEvents) {
        if ready.contains(.writable) { flush() }
        let isEnd = !ready.isDisjoint(with: [.hangUp, .error])
        // At the end there is only so much left to read as the socket holds.
        if isEnd || (ready.contains(.readable) && !events.isFull) { receive() }
    }

    private func receive() {
        do {
            guard let bytes = try read() else { return }
            guard !bytes.isEmpty else { return end(.disconnected) }
            for output in try session.receive(bytes) { handle(output) }
            watch()
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
        case .greeted(let line):
            outgoing.append(QMPSession.negotiation, line)
            flush()
        case .ready: becomeReady()
        case .event(let event): if !dropsEvents { tell(event) }
        case .reply(let id, let result): replies.take(id, result, after: events)
        }
    }

    /// The listener is done with what it was given: replies that came after that may be known, too.
    func eventsAreTakenIn() {
        events.noteTakenIn()
        replies.release(events)
    }

    private func becomeReady() {
        guard case .negotiating = phase else { return }
        phase = .ready
        for continuation in readiness { continuation.resume(returning: nil) }
        readiness = []
    }

    private func flush() {
        if case .closed = phase { return }
        do {
            try outgoing.send(to: socket)
        } catch {
            return end(Self.failure(error))
        }
        watch()
    }

    /// Has the loop tell of what can be done: reading while there is room for events, and sending what waits.
    func watch() {
        var wanted: ReadyEvents = events.isFull ? [] : .readable
        if !outgoing.isEmpty { wanted.insert(.writable) }
        guard wanted != watched, let registration else { return }
        watched = wanted
        do { try registration.modify(wanted) } catch { end(Self.failure(error)) }
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
        // At once, whoever holds on to the monitor still: QEMU listens to one at a time.
        socket.close()
        for continuation in readiness { continuation.resume(returning: error) }
        readiness = []
        replies.fail(error)
        outgoing = OutgoingLines()
        wakeListener()
        onClose(error)
    }
}
