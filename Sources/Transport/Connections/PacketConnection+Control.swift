import LinuxSystem
import Synchronization

extension PacketConnection {
    /// Takes nothing more from the peer until `resumeReading` for the same reason. What was read already still comes.
    public func pauseReading(for reason: ReadingPause) { change { $0.insert(reason) } }

    /// Goes on reading, unless it is paused for another reason too.
    public func resumeReading(for reason: ReadingPause) { change { $0.remove(reason) } }

    private func change(_ body: (inout ReadingPause) -> Void) {
        state.withLock { state in
            let before = state.interest
            body(&state.pauses)
            guard state.interest != before else { return }
            try? state.registration?.modify(state.interest)
        }
    }

    /// Ends the connection once what was sent is written. Nothing more is read or can be sent.
    public func finish(_ reason: CloseReason = .local) {
        let isDone = state.withLock { state in
            if state.isClosed || state.finishing != nil { return false }
            state.finishing = reason
            try? state.registration?.modify(state.interest)
            return state.output.isEmpty
        }
        if isDone { close(reason) }
    }

    /// Ends the connection now, from any thread; what waits to be written is lost. The receiver is told on
    /// the loop's thread. Later calls do nothing.
    public func close(_ reason: CloseReason = .local) {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        // The descriptor is closed where it is read, so that a read never meets another file's number.
        if loop.isCurrent { tearDown(reason) } else { loop.submit { self.tearDown(reason) } }
    }

    private func tearDown(_ reason: CloseReason) {
        let (receiver, waiting) = state.withLock { state in
            state.registration?.cancel()
            state.keepaliveTimer?.cancel()
            transport.descriptor.close()
            count(&state)
            defer {
                state = State()
                state.isClosed = true
            }
            return (state.receiver, state.whenDrained)
        }
        for body in waiting { body() }
        receiver?.connection(self, closed: reason)
    }
}
