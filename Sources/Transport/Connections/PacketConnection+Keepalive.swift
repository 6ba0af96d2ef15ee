import LinuxSystem
import RemoteProtocol
import Synchronization

extension PacketConnection {
    /// Asks a peer that is silent for `interval` whether it is still there, and closes the connection when
    /// `count` such questions stay without an answer. An interval of zero or less switches it off.
    public func setKeepalive(interval: Duration, count: Int) {
        state.withLock { state in
            state.keepaliveTimer?.cancel()
            state.keepaliveTimer = nil
            state.keepalive = nil
            guard interval > .zero, !state.isClosed else { return }
            let now = MonotonicTime.now
            state.keepalive = Keepalive(interval: interval, count: count, now: now)
            arm(&state, at: now.advanced(by: interval))
        }
    }

    private func arm(_ state: inout State, at deadline: MonotonicTime) {
        state.keepaliveTimer = loop.schedule(at: deadline) { [weak self] in self?.checkPeer() }
    }

    private func checkPeer() {
        let action: Keepalive.Action? = state.withLock { state in
            let now = MonotonicTime.now
            // Nothing can be heard while nothing is read.
            if !state.pauses.isEmpty { state.keepalive?.heard(at: now) }
            let action = state.keepalive?.check(at: now)
            switch action {
            case .wait(let next), .ping(let next): arm(&state, at: next)
            case .giveUp, nil: break
            }
            return action
        }
        switch action {
        case .ping: send(Self.keepalivePacket(KeepaliveProgram.ping))
        case .giveUp: close(.keepalive)
        case .wait, nil: break
        }
    }

    /// Answers pings, drops their answers, and gives what else there is.
    func answerPings(_ packets: [Packet]) -> [Packet] {
        guard packets.contains(where: \.isKeepalive) else { return packets }
        for packet in packets where packet.isKeepalive && packet.header.procedure == KeepaliveProgram.ping {
            send(Self.keepalivePacket(KeepaliveProgram.pong))
        }
        return packets.filter { !$0.isKeepalive }
    }

    private static func keepalivePacket(_ procedure: Int32) -> Packet {
        Packet(
            MessageHeader(
                program: KeepaliveProgram.number, version: KeepaliveProgram.version, procedure: procedure,
                kind: .message, serial: 0))
    }
}

extension Packet {
    var isKeepalive: Bool { header.program == KeepaliveProgram.number && header.kind == .message }
}
