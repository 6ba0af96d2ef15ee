import LinuxSystem
import RemoteProtocol
import Synchronization
import Virt
import VirtDriver

/// A host's events on disk, from the last on back as far as there is room.
///
/// An event is written with one system call and no wait for the disk, before anybody is told of it. The kernel has it
/// then, whatever becomes of this process; what the host's power takes along is told as lost.
public final class EventJournal: Sendable {
    let folder: String
    let shape: JournalShape
    let boot: UUID
    let state: Mutex<State>
    /// Called with a sentence when events can't be kept any more, and when they can again.
    let report: @Sendable (String) -> Void
    /// The number that the next event follows, where it is certain that no event was lost since the last one here.
    public let continues: UInt64?
    /// The changes that the last daemon had announced when it was killed, and told nobody of.
    let unfinished: [Event]

    struct State: Sendable {
        /// The files, the oldest first; the last one is written.
        var segments: [JournalSegment] = []
        var active: JournalWriting?
        /// The number of the last event, whether it could be kept or not.
        var last: UInt64 = 0
        /// The next file, made ahead, and whether it is being made.
        var spare: (sequence: UInt64, file: Descriptor)?
        var isMakingSpare = false
        /// Why events are not kept now.
        var problem: String?

        /// The number of the first event that is there, or would be.
        var first: UInt64 { segments.first?.first ?? last &+ 1 }
        /// The number for a new file.
        var nextSequence: UInt64 { (segments.last?.sequence ?? 0) &+ 1 }
    }

    /// Finds what is in `folder`, which is made where it is missing; may wait for the disk.
    ///
    /// - Parameters:
    ///   - limit: how many bytes it may take; never less than a mebibyte.
    ///   - boot: which start of the host this is.
    ///   - report: called with what is wrong, and when it no longer is.
    public init(
        folder: String, limit: Int, boot: UUID? = nil, report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SystemError) {
        (self.folder, self.report) = (folder, report)
        shape = JournalShape(limit: limit)
        self.boot = boot ?? JournalHead.currentBoot()
        try FileSystem.makeDirectory(folder, mode: 0o700, parents: true)
        let found = try JournalFinding(folder: folder, boot: self.boot)
        (continues, unfinished) = (found.continues, found.announcements.events)
        var state = State()
        (state.segments, state.active, state.last) = (found.segments, found.active, found.last)
        self.state = Mutex(state)
    }

    /// The number of the last event.
    public var lastNumber: UInt64 { state.withLock { $0.last } }

    func path(_ sequence: UInt64) -> String { "\(folder)/\(JournalSegment.name(sequence))" }

    /// Says that this daemon ends as it should, and waits for the disk: the next one goes on with the same numbers
    /// even if the host is started anew meanwhile.
    public func close() {
        let file = state.withLock { state -> Descriptor? in
            guard state.problem == nil,
                let record = JournalRecord.bytes(of: JournalNote.end.entry(after: state.last))
            else {
                return nil
            }
            try? state.active?.write(record, event: nil)
            return state.active?.file
        }
        try? file?.synchronize()
    }
}
