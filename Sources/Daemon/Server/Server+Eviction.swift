import LinuxSystem
import Logging
import Synchronization
import Transport

extension Server {
    /// Clients aren't read, since others of their user, or of all that only read, keep too many bytes here. Those
    /// come to an end when calls are answered and replies are read; who doesn't let them loses the connection.
    func watchRoom() {
        let isNew = state.withLock { state in
            defer { state.evictionIsDue = true }
            return !state.evictionIsDue
        }
        guard isNew else { return }
        EventLoop.shared.schedule(after: limits.patience) { [weak self] in self?.makeRoom() }
    }

    private func makeRoom() {
        let (users, sessions) = state.withLock { state in
            state.evictionIsDue = false
            return (Array(state.users.values), Array(state.sessions.values))
        }
        for user in users { makeRoom(in: user.bytes, from: sessions.filter { $0.user === user }) }
        makeRoom(in: readOnlyClients.bytes, from: sessions.filter { $0.user.key?.isReadOnly == true })
    }

    /// Ends clients, those that have most first, until half of the allowance is free.
    private func makeRoom(in bytes: Allowance, from sessions: [Session]) {
        guard bytes.count >= bytes.limit else { return }
        var excess = bytes.count - bytes.limit / 2
        for session in sessions.sorted(by: { $0.bytes.count > $1.bytes.count }) where excess > 0 {
            excess -= session.bytes.count
            session.tell(
                .warning, "its user keeps too many bytes here, it \(session.bytes.count): its connection ends"
            )
            session.close()
        }
        watchRoom()
    }
}
