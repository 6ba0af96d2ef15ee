import LinuxSystem

/// Goes through the records of one of a journal's files, piece by piece.
struct JournalReader {
    private let file: Descriptor
    /// Where the file is read no further: its end, or what is being written.
    private let end: UInt64
    /// Where the bytes that are held begin in the file.
    private var start: UInt64
    private var held: ArraySlice<UInt8> = []
    /// What stands at the end isn't even the beginning of a record: what may follow can't be found.
    private(set) var isBlocked = false

    private static let piece = 64 << 10

    init(_ file: Descriptor, from offset: UInt64 = UInt64(JournalHead.size), to end: UInt64 = .max) {
        (self.file, start, self.end) = (file, offset, end)
    }

    /// Where the next record stands.
    var offset: UInt64 { start }

    /// The next record; nil at the end, which is where no record is any more.
    mutating func next() throws(SystemError) -> JournalRecord? {
        while true {
            var needs = 0
            if let record = JournalRecord(held, needs: &needs) {
                held = held.dropFirst(record.size)
                start += UInt64(record.size)
                return record
            }
            if needs <= held.count {
                isBlocked = true
                return nil
            }
            if try !fill(atLeast: needs) { return nil }
        }
    }

    /// Reads on until so many bytes are held; false where there are not so many.
    private mutating func fill(atLeast count: Int) throws(SystemError) -> Bool {
        while held.count < count {
            let place = start + UInt64(held.count)
            guard place < end else { return false }
            let wanted = min(UInt64(max(Self.piece, count - held.count)), end - place)
            let read = try file.read(at: place, atMost: Int(clamping: wanted))
            if read.isEmpty { return false }
            held = ArraySlice(held + read)
        }
        return true
    }
}
