import Glibc
import LinuxSystem
import RemoteProtocol
import Synchronization
import Virt
import VirtDriver

extension EventJournal {
    /// The events from `number` on, as many as are given at once; 0 stands for the first that is there.
    ///
    /// Throws `invalidArg` where that event is no longer there, and where it hasn't been yet.
    func page(since number: UInt64) async throws(VirtError) -> KeptEvents {
        while true {
            let walk = try walk(from: number)
            do throws(SystemError) {
                return try await Blocking.run { () throws(SystemError) in try walk.page() }
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
            let number = number == 0 ? state.first : number
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
                walk.files.append(.init(path: path(segment.sequence)))
            }
            if let active = state.active, let newest = walk.files.popLast() {
                let isFirst = walk.files.isEmpty
                walk.files.append(
                    .init(
                        path: newest.path,
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
        var offset = UInt64(JournalHead.size)
        var end = UInt64.max
    }

    /// The first event that is wanted, and the last that there was.
    let number: UInt64
    let last: UInt64
    var files: [File] = []

    /// How many bytes of events are given at once.
    private static let pageSize = 256 << 10

    /// Reads as many events as are given at once; waits for the disk.
    func page() throws(SystemError) -> KeptEvents {
        var (kept, size) = (KeptEvents(next: number), 0)
        for file in files {
            var reader = JournalReader(try FileSystem.open(file.path), from: file.offset, to: file.end)
            while let record = try reader.next() {
                if record.number < kept.next { continue }
                guard let entry = record.entry else { break }
                if entry.isEnd { continue }
                take(entry, &kept)
                size += record.size
                if size >= Self.pageSize { return kept }
            }
        }
        pass(over: last &+ 1, &kept)
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
