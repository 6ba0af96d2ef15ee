/// Events that nobody has taken yet. While there are as many as may wait, their monitor isn't read, so that a QEMU
/// which tells of more than is listened to waits itself.
struct WaitingEvents {
    /// How many events may wait, and how many bytes QEMU may have written for them.
    static let most = 1024
    static let mostBytes = 256 << 10

    /// Which of all that came an event is.
    typealias Number = UInt64

    private var events: [QMPEvent] = []
    private var bytes = 0
    /// The last that came, the last that was taken, and the last of which the listener has made what it makes of it.
    private var last: Number = 0
    private var lastTaken: Number = 0
    private var lastTakenIn: Number = 0

    var isEmpty: Bool { events.isEmpty }

    /// Whether no more is to be read before these have been taken.
    var isFull: Bool { events.count >= Self.most || bytes >= Self.mostBytes }

    mutating func append(_ event: QMPEvent) {
        events.append(event)
        bytes += event.size
        last &+= 1
    }

    /// All of them, in order; none is left.
    mutating func takeAll() -> [QMPEvent] {
        defer { (events, bytes) = ([], 0) }
        lastTaken = last
        return events
    }

    /// The listener is done with all that it has taken.
    mutating func noteTakenIn() { lastTakenIn = lastTaken }

    /// The last event, if the listener isn't done with it.
    var lastNotTakenIn: Number? { isAwaited(last) ? last : nil }

    /// Whether the listener isn't done with an event.
    func isAwaited(_ number: Number) -> Bool { number > lastTakenIn }
}
