import LinuxSystem
import RemoteProtocol
import Transport
import Virt

/// When a client's calls begin. A client has a few at once, and a share of each turn of the loop; what is more waits in
/// line, and while much waits the client isn't read.
extension Session {
    /// What stands in the way of a call.
    private enum Obstacle {
        /// The client's own calls, those of its user, and replies that it doesn't read.
        case calls, usersCalls, replies
    }

    /// How far the calls that came together have got.
    struct Pace {
        var slice = TimeSlice()
        /// Whether calls may begin; when one can't, those after it wait too.
        var mayRun: Bool
    }

    /// Calls came. Where others wait for their turn, so do those who share it.
    func beginning() -> Pace {
        Pace(mayRun: withState { $0.line.isEmpty } && (user.key == nil || server.turns.mayServeAtOnce()))
    }

    /// Answers a call, or has it wait; on the loop's thread.
    func take(_ packet: Packet, _ pace: inout Pace) {
        let method = method(of: packet)
        if !packet.descriptors.isEmpty, !method.takesFiles {
            return fail(packet, VirtError(.rpc, "no file descriptors may come with this call", from: .rpc))
        }
        pace.mayRun = pace.mayRun && !pace.slice.isOver() && obstacle(to: method) == nil
        if pace.mayRun { run(packet, method) } else { lineUp(packet) }
    }

    /// How many calls wait in line.
    var waitingCalls: Int { withState { $0.line.count } }

    /// Goes on with the calls that wait; on the loop's thread.
    func advance() {
        var slice = TimeSlice()
        withState { $0.isInTurns = false }
        while let packet = withState({ $0.line.first }) {
            let method = method(of: packet)
            if slice.isOver() || obstacle(to: method) != nil { break }
            guard withState({ $0.line.popFirst() }) != nil else { break }
            bytes.giveBack(packet.cost)
            run(packet, method)
        }
        settle()
    }

    /// A call has ended, on any thread.
    func finished(_ id: UInt64) {
        let goesOn = withState { state in
            let wasInTheWay = state.running.count >= server.limits.calls
            state.running.end(id)
            return wasInTheWay && !state.line.isEmpty
        }
        if goesOn { awaitTurn() }
    }

    private func lineUp(_ packet: Packet) {
        bytes.take(packet.cost)
        let isGone = withState { state in
            if !state.isClosed { state.line.append(packet) }
            return state.isClosed
        }
        if isGone { bytes.giveBack(packet.cost) }
    }

    private func obstacle(to method: CallMethod) -> Obstacle? {
        if withState({ $0.running.count }) >= server.limits.calls { return .calls }
        if method.isCounted, !user.calls.hasRoom { return .usersCalls }
        if queuedBytes > server.limits.waitingReplies { return .replies }
        return nil
    }

    /// Sees to it that what waits goes on at its time, and whether the client is read meanwhile.
    func settle() {
        let (first, mayRead) = withState { state in
            let (line, limits) = (state.line, server.limits)
            let mayRead = line.count < limits.waitingCalls && line.bytes < 64 << 10 && !line.hasFiles
            return (line.first, line.isEmpty || mayRead)
        }
        if mayRead { resumeReading(for: .calls) } else { pauseReading(for: .calls) }
        guard let first else { return }
        switch obstacle(to: method(of: first)) {
        case nil: awaitTurn()
        case .calls: break  // `finished` goes on.
        case .usersCalls: watch { self.user.calls.whenRoom($0) }
        case .replies: watch { self.whenRepliesAreRead($0) }
        }
    }

    /// Waits for the session's turn; from any thread.
    private func awaitTurn() {
        let isNew = withState { state in
            defer { state.isInTurns = true }
            return !state.isInTurns && !state.isClosed
        }
        if isNew { server.turns.add(self) }
    }

    /// Waits for the session's turn once `wait` has called back. One such wait at a time is enough.
    private func watch(_ wait: (@escaping @Sendable () -> Void) -> Void) {
        let isNew = withState { state in
            defer { state.isWatching = true }
            return !state.isWatching
        }
        guard isNew else { return }
        wait { [weak self] in
            self?.withState { $0.isWatching = false }
            self?.awaitTurn()
        }
    }
}
