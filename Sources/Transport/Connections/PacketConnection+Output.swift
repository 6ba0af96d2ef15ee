import LinuxSystem
import Synchronization

extension PacketConnection {
    /// Sends a packet, from any thread, without waiting; false when the connection has ended.
    ///
    /// On the loop's thread it goes out with what else this turn sends. Elsewhere it is written at once when
    /// nothing stands before it. A peer that lets too much pile up loses the connection.
    @discardableResult
    public func send(_ packet: Packet) -> Bool {
        enum Step {
            case none, flushLater, closed
            case end(CloseReason)
        }
        let isOnLoop = loop.isCurrent
        let step: Step = state.withLock { state in
            if state.isClosed || state.finishing != nil { return .closed }
            if state.output.count > limits.output { return .end(.outputLimit) }
            state.output.append(packet)
            if state.waitsForRoom {
                count(&state)
                return .none
            }
            if state.flushIsDue { return .none }
            if isOnLoop {
                state.flushIsDue = true
                return .flushLater
            }
            return write(&state).map { .end($0) } ?? .none
        }
        switch step {
        case .none: return true
        case .closed: return false
        case .flushLater:
            loop.atEndOfTurn { self.flush() }
            return true
        case .end(let reason):
            close(reason)
            return false
        }
    }

    /// How many bytes wait to be written.
    public var queuedBytes: Int { state.withLock { $0.output.count } }

    /// Has `body` called once when nothing waits to be written, at once if that is so now, else on the loop's
    /// thread. For who has more to send than should pile up. It is called as well when the connection ends.
    public func whenDrained(_ body: @escaping @Sendable () -> Void) {
        let isDrained = state.withLock { state in
            if state.isClosed || state.output.isEmpty { return true }
            state.whenDrained.append(body)
            return false
        }
        if isDrained { body() }
    }

    /// Waits until nothing waits to be written, or the connection has ended.
    public func drained() async {
        await withUnsafeContinuation { continuation in
            whenDrained { continuation.resume() }
        }
    }

    /// Writes what waits, as far as the peer takes it.
    func flush() {
        let (end, drained) = state.withLock { state in
            state.flushIsDue = false
            if state.isClosed { return (CloseReason?.none, [@Sendable () -> Void]()) }
            if let failure = write(&state) { return (failure, []) }
            guard state.output.isEmpty else { return (nil, []) }
            defer { state.whenDrained = [] }
            return (state.finishing, state.whenDrained)
        }
        for body in drained { body() }
        if let end { close(end) }
    }

    /// Writes with the state locked, and watches for room when the peer takes no more. Answers a failure.
    func write(_ state: inout State) -> CloseReason? {
        do throws(SystemError) {
            try state.output.drain { (bytes, descriptors) throws(SystemError) in
                try transport.send(bytes, descriptors: descriptors)
            }
            count(&state)
            if state.waitsForRoom == state.output.isEmpty {
                state.waitsForRoom = !state.output.isEmpty
                try state.registration?.modify(state.interest)
            }
            return nil
        } catch {
            return error.isConnectionLost ? .peer : .system(error)
        }
    }
}
