/// Cuts a stream of bytes into lines of bounded length.
struct LineBuffer: Sendable {
    private let limit: Int
    private var partial: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// The lines that `bytes` complete, without their ends.
    mutating func append(_ bytes: some Sequence<UInt8>) throws(QMPError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var searched = partial.count
        var start = 0
        partial.append(contentsOf: bytes)
        while let end = partial[searched...].firstIndex(of: 0x0A) {
            lines.append(Array(partial[start..<end]))
            start = end + 1
            searched = start
        }
        partial.removeSubrange(..<start)
        guard partial.count <= limit, lines.allSatisfy({ $0.count <= limit }) else {
            throw .protocolViolation("a line of more than \(limit) bytes")
        }
        return lines
    }
}
