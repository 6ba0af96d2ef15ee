import LinuxSystem
import RemoteProtocol
import Synchronization
import Virt
import VirtDriver

extension EventJournal {
    /// Keeps an event. It never waits for the disk to have it; where it can't be kept at all, that is told later to
    /// whoever asks for it.
    func append(_ published: PublishedEvent) {
        let record = (try? JournalEntry(published)).flatMap { JournalRecord.bytes(of: $0) }
        let news = state.withLock { state -> String? in
            state.last = published.number
            guard let record else { return nil }
            do throws(SystemError) {
                if needsFile(for: record.count, state) { try begin(published.number, &state) }
                try state.active?.write(record, event: published.number)
                makeSpare(&state)
                defer { state.problem = nil }
                return state.problem.map { _ in "events are kept again, from \(published.number) on" }
            } catch {
                try? state.active?.setInterrupted(true)
                defer { state.problem = error.reason }
                return state.problem == nil
                    ? "events from \(published.number) on can't be kept: \(error)" : nil
            }
        }
        if let news { report(news) }
    }

    /// Says something beside the events. Where that can't be written, a later daemon knows less.
    func note(_ note: JournalNote, about event: Event? = nil) {
        let about = event.flatMap { try? JournalEntry(PublishedEvent(number: 0, time: 0, event: $0)) }
        state.withLock { state in
            let entry = note.entry(after: state.last, about: about)
            guard state.problem == nil, let record = JournalRecord.bytes(of: entry) else { return }
            try? state.active?.write(record, event: nil)
        }
    }

    /// The next event follows this number. The file for it is made now, since making one may wait for the disk.
    func begin(after number: UInt64) {
        state.withLock { state in
            state.last = max(state.last, number)
            if state.active == nil { try? begin(state.last &+ 1, &state) }
        }
    }

    private func needsFile(for count: Int, _ state: State) -> Bool {
        guard let active = state.active else { return true }
        return active.end + UInt64(count) > UInt64(shape.segmentSize)
    }

    /// Goes on in a new file, which begins with the event `number`; the oldest goes where there are too many.
    private func begin(_ number: UInt64, _ state: inout State) throws(SystemError) {
        let sequence = state.nextSequence
        var spare = state.spare?.sequence == sequence ? state.spare?.file : nil
        state.spare = nil
        if spare == nil { spare = try Self.make(path(sequence), []) }
        guard let file = spare else { return }
        state.active = try JournalWriting(new: file, JournalHead(boot: boot, first: number))
        state.segments.append(JournalSegment(sequence: sequence, first: number))
        let surplus = state.segments.prefix(max(0, state.segments.count - shape.segments))
        state.segments.removeFirst(surplus.count)
        if surplus.isEmpty { return }
        let paths = surplus.map { path($0.sequence) }
        Task { await Blocking.run { for path in paths { _ = try? FileSystem.remove(path) } } }
    }

    private static func make(_ path: String, _ options: OpenOptions) throws(SystemError) -> Descriptor {
        try FileSystem.open(path, options.union([.readWrite, .create]), mode: 0o600)
    }

    /// Has the next file made when this one is half full: making one may wait for the disk.
    private func makeSpare(_ state: inout State) {
        guard let active = state.active, active.end > UInt64(shape.segmentSize / 2), state.spare == nil,
            !state.isMakingSpare
        else { return }
        state.isMakingSpare = true
        let (sequence, path) = (state.nextSequence, path(state.nextSequence))
        Task {
            // Where it was needed sooner, it is there already and being written.
            let file = await Blocking.run { try? Self.make(path, .exclusive) }
            self.state.withLock { state in
                state.isMakingSpare = false
                if let file, state.nextSequence == sequence { state.spare = (sequence, file) }
            }
        }
    }
}
