import LinuxSystem
import RemoteProtocol
import Synchronization
import XDR

@testable import Transport

func header(
    _ kind: MessageHeader.Kind = .call, procedure: Int32 = 1, serial: UInt32 = 0,
    status: MessageHeader.Status = .ok
) -> MessageHeader {
    MessageHeader(program: 0x2000_8086, procedure: procedure, kind: kind, serial: serial, status: status)
}

func packet(_ payload: [UInt8], serial: UInt32 = 0) -> Packet {
    Packet(header(serial: serial), payload: payload)
}

func packet(with descriptors: [Descriptor], payload: [UInt8] = [], serial: UInt32 = 0) throws -> Packet {
    try Packet(header(.callWithFiles, serial: serial), descriptors: descriptors) {
        (coder: inout XDRCoder) throws(XDRError) in
        for byte in payload {
            var word = UInt32(byte)
            try coder.uint32(&word)
        }
    }
}

extension PacketFramer {
    /// What these bytes complete.
    mutating func receive(
        _ bytes: some Collection<UInt8>, descriptors: [Descriptor] = []
    ) throws(FramingError) -> [Packet] {
        var packets: [Packet] = []
        let result = Array(bytes).withUnsafeBytes { buffer in
            Result { () throws(FramingError) in
                try receive(buffer, descriptors: descriptors, into: &packets)
            }
        }
        try result.get()
        return packets
    }
}

/// Keeps what a connection brings, and wakes who waits for it. With an `answer` it is an echo or the like.
final class Recorder: PacketReceiver {
    private let state = Mutex(State())
    private let answer: (@Sendable (Packet) -> Packet?)?

    private struct State {
        var packets: [Packet] = []
        var batches = 0
        var reason: CloseReason?
        var waiting:
            [(condition: @Sendable (Int, CloseReason?) -> Bool, wake: UnsafeContinuation<Void, Never>)] = []
    }

    init(answer: (@Sendable (Packet) -> Packet?)? = nil) {
        self.answer = answer
    }

    var packets: [Packet] { state.withLock { $0.packets } }
    var batches: Int { state.withLock { $0.batches } }

    func connection(_ connection: PacketConnection, received packets: [Packet]) {
        for packet in packets { if let reply = answer?(packet) { connection.send(reply) } }
        change { state in
            state.packets += packets
            state.batches += 1
        }
    }

    func connection(_ connection: PacketConnection, closed reason: CloseReason) {
        change { $0.reason = reason }
    }

    private func change(_ body: (inout State) -> Void) {
        let woken = state.withLock { state in
            body(&state)
            let (count, reason) = (state.packets.count, state.reason)
            let woken = state.waiting.filter { $0.condition(count, reason) }.map(\.wake)
            state.waiting.removeAll { $0.condition(count, reason) }
            return woken
        }
        for wake in woken { wake.resume() }
    }

    private func wait(_ condition: @escaping @Sendable (Int, CloseReason?) -> Bool) async {
        await withUnsafeContinuation { wake in
            let holds = state.withLock { state in
                if condition(state.packets.count, state.reason) { return true }
                state.waiting.append((condition, wake))
                return false
            }
            if holds { wake.resume() }
        }
    }

    /// Waits until so many packets came; fewer come only when the connection ends first.
    func packets(count: Int) async -> [Packet] {
        await wait { $0 >= count || $1 != nil }
        return packets
    }

    func closeReason() async -> CloseReason? {
        await wait { $1 != nil }
        return state.withLock { $0.reason }
    }
}

/// Two started connections joined to each other.
struct Joined {
    let left: PacketConnection
    let right: PacketConnection
    let leftSees: Recorder
    let rightSees: Recorder

    init(
        limits: ConnectionLimits = ConnectionLimits(),
        answer: (@Sendable (Packet) -> Packet?)? = nil
    ) throws {
        let (a, b) = try UnixSocket.pair()
        left = PacketConnection(UnixTransport(a))
        right = PacketConnection(UnixTransport(b), limits: limits)
        leftSees = Recorder()
        rightSees = Recorder(answer: answer)
        left.start(leftSees)
        right.start(rightSees)
    }
}
