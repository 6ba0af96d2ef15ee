/// Cuts a stream of bytes into lines of bounded length.
struct LineBuffer: Sendable {
    private var partial: [UInt8] = []

    /// The lines that `bytes` complete, without their ends. Neither they nor what follows them may be longer than `limit`.
    mutating func append(_ bytes: some Sequence<UInt8>, limit: Int) throws(QMPError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var searched = partial.count
        var start = 0
        partial.append(contentsOf: bytes)
        while let end = partial[searched...].firstIndex(of: 0x0A) {
            lines.append(Array(partial[start..<end]))
            start = end + 1
            searched = start
        }
        // What a long line took is given back with it.
        if start > Self.usual { partial = Array(partial[start...]) } else { partial.removeSubrange(..<start) }
        guard partial.count <= limit, lines.allSatisfy({ $0.count <= limit }) else {
            throw .protocolViolation("a line of more than \(limit) bytes")
        }
        return lines
    }

    private static let usual = 64 << 10
}
