import RemoteProtocol
import Synchronization
import Transport
import Virt
import VirtDriver

/// The client's end of a stream.
final class RemoteStream: DataStream {
    private enum Incoming: Sendable {
        case piece(StreamPiece)
        case failure(VirtError)
    }

    private let client: RemoteClient
    private let packets: StreamPackets
    /// The daemon knows the stream no more: it would not answer.
    private let hasEnded = Mutex(false)
    private let incoming = ElementQueue<Incoming> { item in
        if case .piece(.data(let bytes)) = item { bytes.count } else { 1 }
    }

    /// How many bytes may wait for the reader before the daemon isn't listened to.
    private static let inboundLimit = 8 << 20

    init(client: RemoteClient, packets: StreamPackets) {
        self.client = client
        self.packets = packets
    }

    /// A packet of the stream came.
    func received(_ packet: Packet) {
        switch (packet.header.kind, packet.header.status) {
        case (.stream, .continue) where packet.payload.isEmpty: incoming.finish()
        case (.stream, .continue): incoming.push(.piece(.data(Array(packet.payload))))
        case (.streamHole, _):
            if let hole = try? packet.decode(StreamHole.self) {
                incoming.push(.piece(.hole(length: hole.length)))
            }
        case (_, .error):
            incoming.push(.failure(Self.failure(packet)))
            end()
        default: end()
        }
        if incoming.cost > Self.inboundLimit { client.pauseReading() }
    }

    /// The daemon has gone.
    func connectionClosed() {
        incoming.push(.failure(VirtError(.internalError, "client socket is closed", from: .rpc)))
        incoming.finish()
    }

    func read() async throws(VirtError) -> StreamPiece? {
        let item = await incoming.next()
        if incoming.cost < Self.inboundLimit / 4 { client.resumeReading() }
        switch item {
        case .piece(let piece): return piece
        case .failure(let error): throw error
        case nil: return nil
        }
    }

    func write(_ piece: StreamPiece) async throws(VirtError) {
        switch piece {
        case .hole(let length): if let packet = try? packets.hole(length: length) { client.send(packet) }
        case .data(let bytes): for packet in packets.data(bytes) { client.send(packet) }
        }
        await client.waitForRoom()
    }

    func finish() async throws(VirtError) {
        if hasEnded.withLock({ $0 }) { return }
        let answer = try await client.exchange(packets.finish)
        end()
        if answer.header.status == .error { throw Self.failure(answer) }
    }

    func abort() async {
        if hasEnded.withLock({ $0 }) { return }
        _ = try? await client.exchange(packets.abort)
        end()
    }

    private func end() {
        hasEnded.withLock { $0 = true }
        incoming.finish()
        client.forgetStream(packets.serial)
        client.resumeReading()
    }

    private static func failure(_ packet: Packet) -> VirtError {
        guard let error = try? packet.decode(RemoteError.self) else {
            return VirtError(.rpc, "the stream failed", from: .rpc)
        }
        return error.virtError
    }
}
