import LinuxSystem
import Virt

/// What a journal finds in its folder when a daemon starts.
struct JournalFinding {
    private(set) var segments: [JournalSegment] = []
    private(set) var active: JournalWriting?
    /// The number of the last event that is there.
    private(set) var last: UInt64 = 0
    /// The same, where the next event may follow it.
    private(set) var continues: UInt64?
    private(set) var announcements = Announcements()
    /// A fault of the disk took events along: nobody knows how far the last daemon got.
    private var isDamaged = false

    init(folder: String, boot: UUID) throws(SystemError) {
        let names = try FileSystem.names(in: folder)
        for sequence in names.compactMap({ JournalSegment.sequence(of: $0) }).sorted() {
            try take(sequence, at: "\(folder)/\(JournalSegment.name(sequence))")
        }
        guard let newest = segments.last else { return }
        try scan("\(folder)/\(JournalSegment.name(newest.sequence))", boot)
    }

    /// A file is one of the journal's if it has a head, and begins after the one before it. A file without was made
    /// ahead, or is what a fault of the disk left: nothing can be read in it.
    private mutating func take(_ sequence: UInt64, at path: String) throws(SystemError) {
        let start = try FileSystem.readStart(of: path, count: JournalHead.size)
        if let head = JournalHead(start), head.first > segments.last?.first ?? 0 {
            segments.append(JournalSegment(sequence: sequence, first: head.first))
        } else {
            isDamaged = isDamaged || !start.isEmpty
            _ = try FileSystem.remove(path)
        }
    }

    /// Finds the last event. The file is written on where it was begun since the host was started.
    private mutating func scan(_ path: String, _ boot: UUID) throws(SystemError) {
        let file = try FileSystem.open(path, [.readWrite])
        guard let head = JournalHead(try file.read(at: 0, atMost: JournalHead.size)) else { return }
        var reader = JournalReader(file)
        var (end, isEnd) = (reader.offset, false)
        var places: [(number: UInt64, offset: UInt64)] = []
        last = head.first &- 1
        var offset = end
        while let record = try reader.next() {
            if record.number >= last, let entry = record.entry {
                if entry.isEvent { JournalWriting.note(record.number, at: offset, in: &places) }
                (end, last, isEnd) = (reader.offset, record.number, entry.note == .end)
                announcements.take(entry)
            }
            offset = reader.offset
        }
        let isOurs = head.boot == boot && boot != .zero
        if isOurs || isEnd, !isDamaged, !reader.isBlocked { continues = last }
        guard isOurs else { return }
        try file.setLength(end)
        active = JournalWriting(found: file, head, end: end, places: places)
    }
}
