import JSON
import LinuxSystem
import QEMUModel

/// The line to the agent of one running guest. It lives on its event loop's thread; whoever asks has the agent alone.
///
/// Nothing is read while nobody asks: an agent that talks fills the line and waits. Its end shows when it is asked next.
actor AgentConnection {
    private typealias Answer = Result<JSONValue, AgentError>

    private let socket: Descriptor
    private let loop: EventLoop
    private var registration: EventLoop.Registration?
    private var session = AgentSession()
    private var outgoing: ArraySlice<UInt8> = []
    private var asking: CheckedContinuation<Answer, Never>?
    private var isOverWith: Set<AgentNews> = []
    private var timer: EventLoop.Timer?
    /// The agent has shown that it listens, and has answered all since.
    private var isInStep = false
    private(set) var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// A line on a connected socket that doesn't block.
    init(socket: Descriptor, loop: EventLoop = .shared) {
        (self.socket, self.loop) = (socket, loop)
    }

    /// Has the agent carry a command out, and gives its whole answer.
    ///
    /// - Parameter patience: how long the answer is waited for; that an agent listens has to show at once.
    func ask(_ command: AgentCommand, patience: AgentPatience) async throws(AgentError) -> JSONValue {
        if !isInStep {
            let limit = patience == .unlimited ? AgentPatience.usual : patience
            let line = session.synchronize(.random(in: 1...UInt64(Int64.max)))
            do throws(AgentError) {
                _ = try await exchange(line, [], limit)
            } catch .timedOut(let seconds) {
                throw .unsynchronized(seconds: seconds)
            }
            isInStep = true
        }
        session.ask(command.name)
        return try await exchange(command.line, command.isOverWith, patience)
    }

    /// Sends a line and waits for what answers it.
    private func exchange(
        _ line: [UInt8], _ isOverWith: Set<AgentNews>, _ patience: AgentPatience
    ) async throws(AgentError) -> JSONValue {
        let answer: Answer = await withCheckedContinuation { continuation in
            if isClosed || asking != nil { return continuation.resume(returning: .failure(.disappeared)) }
            asking = continuation
            outgoing = line[...]
            self.isOverWith = isOverWith
            if case .seconds(let count) = patience {
                timer = loop.schedule(after: .seconds(count)) { [weak self] in
                    self?.assumeIsolated { $0.answer(.failure(.timedOut(seconds: count))) }
                }
            }
            watch()
        }
        return try answer.get()
    }

    /// Something happened to the guest: perhaps just what it was asked for.
    func note(_ news: AgentNews) {
        guard isOverWith.contains(news) else { return }
        answer(.success(["return": [:]]))
        isInStep = false
    }

    /// The agent has gone, and with it whatever it was asked; the line stays for the next.
    func lose() {
        answer(.failure(.disappeared))
        isInStep = false
    }

    /// Ends the line; what waits for an answer gets none.
    func close() {
        isClosed = true
        lose()
        registration?.cancel()
        registration = nil
        socket.close()
    }

    // MARK: The socket

    private func watch() {
        let wanted: ReadyEvents = outgoing.isEmpty ? .readable : [.readable, .writable]
        do {
            if let registration { return try registration.modify(wanted) }
            registration = try loop.register(socket, for: wanted) { [weak self] ready in
                self?.assumeIsolated { $0.ready(ready) }
            }
        } catch {
            answer(.failure(.system("\(error)")))
        }
    }

    private func ready(_ ready: ReadyEvents) {
        guard asking != nil else { return rest() }
        do {
            if ready.contains(.writable) { try send() }
            if !ready.isDisjoint(with: [.readable, .hangUp, .error]) { try receive() }
        } catch let error as AgentError {
            answer(.failure(error))
        } catch {
            answer(.failure(.system("\(error)")))
        }
    }

    private func send() throws {
        let count = try outgoing.withUnsafeBytes { try UnixSocket.send($0, to: socket) }
        outgoing = outgoing.dropFirst(count ?? 0)
        if outgoing.isEmpty { watch() }
    }

    private func receive() throws {
        let bytes: [UInt8]? = try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
            guard let count = try socket.read(into: buffer) else { return nil }
            return Array(buffer.prefix(count))
        }
        guard let bytes else { return }
        if bytes.isEmpty {
            isClosed = true
            return answer(.failure(.disappeared))
        }
        if let result = try session.receive(bytes) { answer(result) }
    }

    /// Whoever asks has an answer; one that doesn't come from the agent leaves it out of step.
    private func answer(_ answer: Answer) {
        timer?.cancel()
        timer = nil
        switch answer {
        case .success, .failure(.refused): break
        case .failure: isInStep = false
        }
        session.giveUp()
        (outgoing, isOverWith) = ([], [])
        rest()
        asking?.resume(returning: answer)
        asking = nil
    }

    /// Reads no more until somebody asks.
    private func rest() {
        registration?.cancel()
        registration = nil
    }
}
