/// Who may work on an object now, and who waits: a value without clocks or tasks.
///
/// One job at a time changes an object. While a long job (a migration, a save) runs, others of the kinds that it
/// allows may come in between. Its methods say what to do, and the owner does it.
public struct JobQueue: Sendable {
    /// What a job does to the object.
    public enum Kind: Int, Sendable, CaseIterable {
        case query, modify, suspend, destroy
    }

    public typealias ID = UInt64

    /// Somebody who holds the object or waits for it.
    public struct Job: Sendable, Equatable {
        public let id: ID
        public let kind: Kind
        /// What it does, for people: `suspend`, `attach-device`.
        public let name: String
    }

    /// The job that has the object.
    public private(set) var holder: Job?
    /// The long job that goes on beside others.
    public private(set) var longJob: Job?
    private var allowed: Set<Kind> = Set(Kind.allCases)
    private var waiting: [Job] = []
    private var nextID: ID = 0

    public init() {}

    /// How many wait.
    public var waitingCount: Int { waiting.count }

    /// Asks for the object: the job, and whether it may start at once.
    public mutating func request(_ kind: Kind, _ name: String) -> (job: Job, starts: Bool) {
        nextID &+= 1
        let job = Job(id: nextID, kind: kind, name: name)
        if holder == nil && waiting.allSatisfy({ !isAllowed($0) }) && isAllowed(job) {
            holder = job
            return (job, true)
        }
        waiting.append(job)
        return (job, false)
    }

    /// The holder is done; the job that starts next.
    public mutating func finish(_ id: ID) -> Job? {
        guard holder?.id == id else { return nil }
        holder = nil
        return startNext()
    }

    /// The holder turns into a long job beside which jobs of `kinds` may run; the job that starts next.
    public mutating func becomeLong(_ id: ID, allowing kinds: Set<Kind>) -> Job? {
        guard let holder, holder.id == id, longJob == nil else { return nil }
        (longJob, allowed, self.holder) = (holder, kinds, nil)
        return startNext()
    }

    /// The long job is over; the job that starts next.
    public mutating func finishLong(_ id: ID) -> Job? {
        guard longJob?.id == id else { return nil }
        (longJob, allowed) = (nil, Set(Kind.allCases))
        return startNext()
    }

    /// Whether a job waits still.
    public func isWaiting(_ id: ID) -> Bool { waiting.contains { $0.id == id } }

    /// The caller stopped waiting: it timed out or was cancelled; false if the job had started.
    public mutating func giveUp(_ id: ID) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// Who keeps others waiting, for the error's text.
    public var holderName: String { holder?.name ?? longJob?.name ?? "none" }

    private func isAllowed(_ job: Job) -> Bool { longJob == nil || allowed.contains(job.kind) }

    private mutating func startNext() -> Job? {
        guard holder == nil, let index = waiting.firstIndex(where: isAllowed) else { return nil }
        holder = waiting.remove(at: index)
        return holder
    }
}
