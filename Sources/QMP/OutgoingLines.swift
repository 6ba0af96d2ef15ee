import Glibc
import LinuxSystem

/// What is still to be sent to a monitor: lines, and the descriptors that go with their first bytes.
struct OutgoingLines {
    /// What a socket fails with when the other side has gone.
    static let ends: Set = [EPIPE, ECONNRESET]

    private var lines: [(bytes: [UInt8], descriptors: [Descriptor])] = []
    private var sent = 0

    mutating func append(_ bytes: [UInt8], _ descriptors: [Descriptor]) {
        lines.append((bytes, descriptors))
    }

    /// Sends as much as there is room for; whether all has gone.
    mutating func send(to socket: Descriptor) throws(SystemError) -> Bool {
        while let line = lines.first {
            let descriptors = sent == 0 ? line.descriptors : []
            let rest = line.bytes[min(sent, line.bytes.count)...]
            guard let count = try Self.send(rest, descriptors, to: socket) else { return false }
            sent += count
            if sent >= line.bytes.count {
                lines.removeFirst()
                sent = 0
            }
        }
        return true
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
