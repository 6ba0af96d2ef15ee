import LinuxSystem
import Synchronization

extension PacketConnection {
    /// Counts what the connection keeps, with the state locked.
    func count(_ state: inout State) {
        guard let bytes = limits.bytes else { return }
        let kept = state.isClosed ? 0 : state.output.count + state.halfMessage
        if kept > state.counted { bytes.take(kept - state.counted) }
        if kept < state.counted { bytes.giveBack(state.counted - kept) }
        state.counted = kept
    }

    /// Whether something may be read now; if not, it goes on when that is so.
    func hasRoomToRead() -> Bool {
        guard let bytes = limits.bytes, !bytes.hasRoom else { return true }
        let receiver = state.withLock { $0.receiver }
        pauseReading(for: .room)
        // Later, since who gives bytes back may hold a connection's state: another's, or this one's as it ends.
        bytes.whenRoom { [weak self, loop] in
            loop.submit { [weak self] in self?.resumeReading(for: .room) }
        }
        receiver?.connectionWaitsForRoom(self)
        return false
    }
}
