/// Events that nobody has taken yet. While there are as many as may wait, their monitor isn't read, so that a QEMU
/// which tells of more than is listened to waits itself.
struct WaitingEvents {
    /// How many events may wait, and how many bytes QEMU may have written for them.
    static let most = 1024
    static let mostBytes = 256 << 10

    private var events: [QMPEvent] = []
    private var bytes = 0

    var isEmpty: Bool { events.isEmpty }

    /// Whether no more is to be read before these have been taken.
    var isFull: Bool { events.count >= Self.most || bytes >= Self.mostBytes }

    mutating func append(_ event: QMPEvent) {
        events.append(event)
        bytes += event.size
    }

    /// All of them, in order; none is left.
    mutating func takeAll() -> [QMPEvent] {
        defer { (events, bytes) = ([], 0) }
        return events
    }
}
