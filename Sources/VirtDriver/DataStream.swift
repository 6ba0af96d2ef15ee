import Virt

/// One end of a stream of bytes: a console, a volume's content, a screenshot.
public protocol DataStream: Sendable {
    /// The next piece, or nil at the end. Waits for it.
    func read() async throws(VirtError) -> StreamPiece?
    /// Takes a piece; waits while the other side is behind.
    func write(_ piece: StreamPiece) async throws(VirtError)
    /// Nothing more will be written; throws what went wrong with the whole.
    func finish() async throws(VirtError)
    /// Ends the stream at once in both directions.
    func abort() async
}

/// Bytes of a stream, or a gap that stands for zero bytes.
public enum StreamPiece: Hashable, Sendable {
    case data([UInt8])
    case hole(length: Int64)
}
