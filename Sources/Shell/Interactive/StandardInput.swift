import LinuxSystem

/// Standard input, byte by byte or line by line. Reading waits, so only the program's first thread may do it.
final class StandardInput {
    private let descriptor: Descriptor?
    private var buffer: [UInt8] = []
    private var position = 0

    init() {
        descriptor = try? Descriptor.duplicate(0)
    }

    /// The next byte; nil at the end.
    func byte() -> UInt8? {
        if position == buffer.count { fill() }
        guard position < buffer.count else { return nil }
        defer { position += 1 }
        return buffer[position]
    }

    /// The next line without its end; nil at the end.
    func line() -> String? {
        var bytes: [UInt8] = []
        while let byte = byte() {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private func fill() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { (try? descriptor?.read(into: $0)) ?? 0 }
        buffer = Array(bytes.prefix(count))
        position = 0
    }
}
