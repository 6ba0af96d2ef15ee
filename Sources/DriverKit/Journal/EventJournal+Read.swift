import Glibc
import LinuxSystem
import RemoteProtocol
import Synchronization
import Virt
import VirtDriver

extension EventJournal {
    /// The events from `number` on, as many as are given at once; 0 stands for the first that is there,
    /// `UInt64.max` for the one that will follow the last.
    ///
    /// Throws `invalidArg` where that event is no longer there, and where it hasn't been yet.
    func page(since number: UInt64) async throws(VirtError) -> KeptEvents {
        while true {
            let walk = try walk(from: number)
            do throws(SystemError) {
                let records = try await Blocking.run { () throws(SystemError) in try walk.records() }
                return walk.page(of: records)
            } catch {
                // A file that was the oldest has gone meanwhile: what is asked for is looked for again.
                if error.errno == ENOENT, state.withLock({ $0.first }) > walk.number { continue }
                throw VirtError(error, "the events of this host can't be read", from: .rpc)
            }
        }
    }

    /// The way from an event to the last one.
    private func walk(from number: UInt64) throws(VirtError) -> JournalWalk {
        try state.withLock { (state) throws(VirtError) -> JournalWalk in
            let number =
                switch number {
                case 0: state.first
                case .max: state.last &+ 1
                default: number
                }
            if number < state.first {
                let message = "event \(number) is no longer kept: events are kept from \(state.first) on"
                throw VirtError(.invalidArg, message, from: .rpc)
            }
            if number > state.last &+ 1 {
                let message = "event \(number) has not happened yet: the last one is \(state.last)"
                throw VirtError(.invalidArg, message, from: .rpc)
            }
            var walk = JournalWalk(number: number, last: state.last)
            let begin = state.segments.lastIndex { $0.first <= number } ?? 0
            for segment in state.segments.dropFirst(begin) {
                walk.files.append(.init(path: path(segment.sequence), first: segment.first))
            }
            if let active = state.active, let newest = walk.files.popLast() {
                let isFirst = walk.files.isEmpty
                walk.files.append(
                    .init(
                        path: newest.path, first: newest.first,
                        offset: isFirst ? active.offset(of: number) : UInt64(JournalHead.size),
                        end: active.end))
            }
            return walk
        }
    }
}

/// A way through a journal's files, as they were at one moment.
struct JournalWalk: Sendable {
    /// A file, and which part of it is gone through.
    struct File: Sendable {
        let path: String
        /// The number of its first event.
        let first: UInt64
        var offset = UInt64(JournalHead.size)
        var end = UInt64.max
    }

    /// The first event that is wanted, and the last that there was.
    let number: UInt64
    let last: UInt64
    var files: [File] = []

    /// How many bytes of events are given at once.
    private static let pageSize = 256 << 10

    /// What one file has of what is given at once, and whether there is more than that.
    struct Records: Sendable {
        var files: [[JournalRecord]] = []
        var isCut = false
    }

    /// Reads what is given at once; waits for the disk, and does little else.
    func records() throws(SystemError) -> Records {
        var (found, size) = (Records(), 0)
        for file in files {
            var reader = JournalReader(try FileSystem.open(file.path), from: file.offset, to: file.end)
            found.files.append([])
            while let record = try reader.next() {
                if record.number < number { continue }
                found.files[found.files.count - 1].append(record)
                size += record.size
                found.isCut = size >= Self.pageSize
                if found.isCut { return found }
            }
        }
        return found
    }

    /// The events in what was read. What isn't what was written is lost.
    func page(of records: Records) -> KeptEvents {
        var kept = KeptEvents(next: number)
        for record in records.files.joined() where record.number >= kept.next {
            if let entry = record.entry, entry.isEvent { take(entry, &kept) }
        }
        if !records.isCut {
            pass(over: last &+ 1, &kept)
        } else if kept.next == number {
            // Nothing of all that is whole: it goes on with the file behind.
            pass(over: files.dropFirst(records.files.count).first?.first ?? last &+ 1, &kept)
        }
        return kept
    }

    private func take(_ entry: JournalEntry, _ kept: inout KeptEvents) {
        // What isn't understood was written by a later version; for this one it is lost.
        guard let published = try? entry.published() else { return }
        pass(over: published.number, &kept)
        kept.events.append(published)
        kept.next = published.number &+ 1
    }

    /// What stands between the last event and this number is lost.
    private func pass(over number: UInt64, _ kept: inout KeptEvents) {
        if kept.next < number { kept.lost.append(kept.next...(number - 1)) }
        kept.next = max(kept.next, number)
    }
}
