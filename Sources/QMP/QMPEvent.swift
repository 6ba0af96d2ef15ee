import JSON

/// Something that happened in QEMU: `SHUTDOWN`, `STOP`, `BLOCK_IO_ERROR`, …
public struct QMPEvent: Sendable, Equatable {
    public var name: String
    public var data: JSONValue
    /// When it happened: seconds since 1970, and microseconds within the second; 0 where QEMU doesn't know.
    public var seconds: Int64
    public var microseconds: Int64
    /// How many bytes QEMU wrote for it.
    var size: Int

    /// An event out of a line of the monitor, if that is one; `size` is the line's length.
    init?(_ line: JSONObject, size: Int) {
        guard let name = line["event"]?.string else { return nil }
        self.name = name
        self.size = size
        data = line["data"] ?? .object([:])
        seconds = max(0, line["timestamp"]?["seconds"]?.int ?? 0)
        microseconds = max(0, line["timestamp"]?["microseconds"]?.int ?? 0)
    }
}

extension QMPEvent: CustomStringConvertible {
    /// The event for a log: one line of bounded length, since QEMU may write anything into it.
    public var description: String {
        let text = "\(name) \(data)".utf8.prefix(Self.longest + 1)
        let plain = text.prefix(Self.longest).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: plain, as: UTF8.self) + (text.count > Self.longest ? "…" : "")
    }

    private static let longest = 256
}
