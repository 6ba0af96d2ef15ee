import LinuxSystem
import Logging
import Synchronization
import Transport

extension Server {
    /// Takes a client, unless its user has as many as may be.
    func accept(_ transport: UnixTransport, _ place: ClientLimit.Place, at door: Door) {
        let user = clients(of: transport.peer, readOnly: door == .reading)
        if door == .administration, user.key != nil {
            // The socket's mode keeps them away as a rule.
            return log.warning("a client is refused that is neither root nor the daemon's own user")
        }
        guard user.admit(limits, unopened: unopenedLimit) else {
            let who = transport.peer.map { "user \($0.user), process \($0.process)" } ?? "an unknown user"
            if let line = user.logLine("a client of \(who) is refused: that user has too many already") {
                log.warning("\(line)")
            }
            return
        }
        let session = state.withLock { state in
            defer { state.nextID += 1 }
            let session = Session(
                id: state.nextID, door: door, peer: transport.peer, user: user, server: self)
            state.sessions[state.nextID] = session
            return session
        }
        idle.cancel()
        session.tell(.debug, "connected\(door == .reading ? ", read-only" : "")")
        session.start(on: PacketConnection(transport, limits: session.connectionLimits, place: place))
    }

    /// A client has gone.
    func forget(_ session: Session) {
        let isAlone = state.withLock { state in
            state.sessions.removeValue(forKey: session.id)
            return state.sessions.isEmpty
        }
        if isAlone { idle.begin() }
        memory.schedule()
    }

    /// What the clients of that user have together.
    private func clients(of peer: PeerCredentials?, readOnly: Bool) -> UserClients {
        if let peer, trusted.contains(peer.user) { return trustedClients }
        let key = UserClients.Key(user: peer?.user ?? .max, isReadOnly: readOnly)
        return state.withLock { state in
            if let known = state.users[key] { return known }
            // Users stay known when their clients have gone, with how much they logged; but not all who ever came.
            if state.users.count >= 1024 { state.users = state.users.filter { $0.value.count > 0 } }
            let new = UserClients(key, limits, within: readOnlyClients)
            state.users[key] = new
            return new
        }
    }
}
