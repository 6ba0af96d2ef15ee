import LinuxSystem

/// What a connection still has to write, in pieces that each go out with one call. It does no output itself.
struct OutputQueue {
    /// Bytes that go out together. A descriptor goes with a piece of its own, of one byte.
    private struct Piece {
        var bytes: [UInt8]
        var descriptors: [Descriptor] = []
    }

    /// Small packets are joined up to this size; a large one is not copied.
    private static let joinedSize = 64 * 1024

    private var pieces: [Piece] = []
    /// The first piece that is left, and how much of it is gone.
    private var first = 0
    private var written = 0
    /// How many bytes are left.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ packet: Packet) {
        count += packet.bytes.count + packet.descriptors.count
        if let last = pieces.indices.last, last >= first, pieces[last].descriptors.isEmpty,
            pieces[last].bytes.count + packet.bytes.count <= Self.joinedSize
        {
            pieces[last].bytes += packet.bytes
        } else {
            pieces.append(Piece(bytes: packet.bytes))
        }
        for descriptor in packet.descriptors {
            pieces.append(Piece(bytes: [0], descriptors: [descriptor]))
        }
    }

    /// Has `write` take pieces until it takes no more (nil) or all are gone. It answers how many bytes it took.
    mutating func drain(
        _ write: (UnsafeRawBufferPointer, [Descriptor]) throws(SystemError) -> Int?
    ) throws(SystemError) {
        while first < pieces.count {
            let piece = pieces[first]
            let taken = piece.bytes.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in
                    try write(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(written)), piece.descriptors)
                }
            }
            guard let taken = try taken.get(), taken > 0 else { return }
            advance(by: taken)
        }
    }

    private mutating func advance(by taken: Int) {
        count -= taken
        written += taken
        guard written >= pieces[first].bytes.count else { return }
        written = 0
        pieces[first] = Piece(bytes: [])
        first += 1
        if first == pieces.count {
            pieces = []
            first = 0
        } else if first >= 64 {
            pieces.removeFirst(first)
            first = 0
        }
    }
}
