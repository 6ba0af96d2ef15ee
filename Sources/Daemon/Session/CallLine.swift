import LinuxSystem
import Transport

/// Calls of one client that wait until others are answered.
struct CallLine: Sendable {
    private var packets = FIFO<Packet>()
    /// How many bytes they take.
    private(set) var bytes = 0
    /// Whether descriptors wait with them.
    var hasFiles: Bool { files > 0 }
    private var files = 0

    var isEmpty: Bool { packets.isEmpty }
    var count: Int { packets.count }
    var first: Packet? { packets.first }

    mutating func append(_ packet: Packet) {
        packets.append(packet)
        bytes += packet.cost
        files += packet.descriptors.count
    }

    mutating func popFirst() -> Packet? {
        guard let packet = packets.popFirst() else { return nil }
        bytes -= packet.cost
        files -= packet.descriptors.count
        return packet
    }
}

extension Packet {
    /// The bytes that keeping it takes, itself and what stands for it.
    var cost: Int { bytes.count + 128 }
}
