/// How large a journal gets: files of one size, of which the oldest goes when there are too many.
struct JournalShape: Sendable {
    /// How many bytes a file has, its head counted.
    let segmentSize: Int
    /// How many files there are, the one that is written counted.
    let segments: Int

    /// The largest entry that is kept; no event of a driver comes near it.
    static let largestRecord = 128 << 10
    /// The smallest limit: below that a file would hold no more than a few hundred events.
    static let smallest = 1 << 20

    /// - Parameter limit: how many bytes all files may have together.
    init(limit: Int) {
        segmentSize = min(2 << 20, max(limit, Self.smallest) / 8)
        segments = max(limit, Self.smallest) / segmentSize
    }
}
