import LinuxSystem
import Synchronization

extension PacketConnection {
    /// Takes nothing more from the peer until `resumeReading`. What was read already still comes.
    public func pauseReading() { setPaused(true) }

    /// Goes on reading.
    public func resumeReading() { setPaused(false) }

    private func setPaused(_ isPaused: Bool) {
        state.withLock { state in
            guard state.isPaused != isPaused else { return }
            state.isPaused = isPaused
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
            defer {
                let limit = state.outputLimit
                state = State(outputLimit: limit)
                state.isClosed = true
            }
            return (state.receiver, state.whenDrained)
        }
        for body in waiting { body() }
        receiver?.connection(self, closed: reason)
    }
}
