import LinuxSystem
import Virt

/// The file that a journal writes to.
struct JournalWriting: Sendable {
    let file: Descriptor
    var head: JournalHead
    /// Where the next record goes. What an interrupted write left behind it is overwritten.
    private(set) var end: UInt64
    /// Some events and where they stand, so that whoever follows needn't read from the start.
    private(set) var places: [(number: UInt64, offset: UInt64)] = []
    /// The head says that events after the last one here were lost.
    private var isInterrupted = false

    private static let stride: UInt64 = 16 << 10

    /// A new file, with its head.
    init(new file: Descriptor, _ head: JournalHead) throws(SystemError) {
        (self.file, self.head) = (file, head)
        end = UInt64(JournalHead.size)
        try file.write(head.bytes, at: 0)
    }

    /// A file that was found: its records up to `end` are whole.
    init(found file: Descriptor, _ head: JournalHead, end: UInt64, places: [(number: UInt64, offset: UInt64)])
    {
        (self.file, self.head, self.end, self.places) = (file, head, end, places)
    }

    /// Notes where an event stands, if the last place that is known is far before it.
    static func note(
        _ number: UInt64, at offset: UInt64, in places: inout [(number: UInt64, offset: UInt64)]
    ) {
        if offset >= (places.last?.offset ?? 0) + stride { places.append((number, offset)) }
    }

    /// Writes a record: of the event with this number, or of none.
    mutating func write(_ record: [UInt8], event number: UInt64?) throws(SystemError) {
        try file.write(record, at: end)
        // What stands beside the events has the number of the one before it, which mustn't be looked for behind it.
        if let number { Self.note(number, at: end, in: &places) }
        end += UInt64(record.count)
        if isInterrupted { try setInterrupted(false) }
    }

    /// Says in the file whether events after the last one here were lost: no later daemon goes on with its number then.
    mutating func setInterrupted(_ isInterrupted: Bool) throws(SystemError) {
        if self.isInterrupted == isInterrupted { return }
        let boot = isInterrupted ? UUID.zero : head.boot
        try file.write(JournalHead(boot: boot, first: head.first).bytes, at: 0)
        self.isInterrupted = isInterrupted
    }

    /// Where to begin reading for the event `number`.
    func offset(of number: UInt64) -> UInt64 {
        places.last { $0.number <= number }?.offset ?? UInt64(JournalHead.size)
    }
}
