import JSON

/// Something that happened in QEMU: `SHUTDOWN`, `STOP`, `BLOCK_IO_ERROR`, …
public struct QMPEvent: Sendable, Equatable {
    public var name: String
    public var data: JSONValue
    /// When it happened: seconds since 1970, and microseconds within the second; 0 where QEMU doesn't know.
    public var seconds: Int64
    public var microseconds: Int64

    /// An event out of a line of the monitor, if that is one.
    init?(_ line: JSONObject) {
        guard let name = line["event"]?.string else { return nil }
        self.name = name
        data = line["data"] ?? .object([:])
        seconds = max(0, line["timestamp"]?["seconds"]?.int ?? 0)
        microseconds = max(0, line["timestamp"]?["microseconds"]?.int ?? 0)
    }
}
