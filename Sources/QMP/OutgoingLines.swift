import Glibc
import LinuxSystem

/// What is still to be sent to a monitor: lines, and the descriptors that go with their first bytes.
struct OutgoingLines {
    /// What a socket fails with when the other side has gone.
    static let ends: Set = [EPIPE, ECONNRESET]
    /// How many bytes of several lines go out with one call.
    private static let most = 64 << 10

    private struct Line {
        let id: QMPSession.ID
        let bytes: [UInt8]
        let descriptors: [Descriptor]
    }

    private var lines: [Line] = []
    /// How much of the first line is sent.
    private var sent = 0

    var isEmpty: Bool { lines.isEmpty }

    mutating func append(_ id: QMPSession.ID, _ bytes: [UInt8], _ descriptors: [Descriptor] = []) {
        lines.append(Line(id: id, bytes: bytes, descriptors: descriptors))
    }

    /// Takes a command out of which nothing has been sent yet; whether there was one.
    mutating func remove(_ id: QMPSession.ID) -> Bool {
        guard let index = lines.firstIndex(where: { $0.id == id }), index > 0 || sent == 0 else {
            return false
        }
        lines.remove(at: index)
        return true
    }

    /// Sends as much as there is room for.
    mutating func send(to socket: Descriptor) throws(SystemError) {
        while let line = lines.first {
            let descriptors = sent == 0 ? line.descriptors : []
            guard let count = try Self.send(next[...], descriptors, to: socket) else { return }
            took(count)
        }
    }

    /// What goes out with the next call: the first line's rest, and the lines after it up to one with descriptors.
    private var next: [UInt8] {
        guard let first = lines.first else { return [] }
        var bytes = sent == 0 ? first.bytes : Array(first.bytes.dropFirst(sent))
        for line in lines.dropFirst() {
            guard line.descriptors.isEmpty, bytes.count + line.bytes.count <= Self.most else { break }
            bytes += line.bytes
        }
        return bytes
    }

    /// So many bytes more are sent.
    private mutating func took(_ count: Int) {
        sent += count
        while let line = lines.first, sent >= line.bytes.count {
            sent -= line.bytes.count
            lines.removeFirst()
        }
    }

    private static func send(
        _ bytes: ArraySlice<UInt8>, _ descriptors: [Descriptor], to socket: Descriptor
    ) throws(SystemError) -> Int? {
        let result: Result<Int?, SystemError> = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemError) in
                try UnixSocket.send(buffer, descriptors: descriptors, to: socket)
            }
        }
        return try result.get()
    }
}
