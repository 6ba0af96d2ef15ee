import Glibc
import Synchronization

/// Threads for calls that compute for long, beside the pool that runs all other tasks: there are as many as the
/// machine has processors, and lanes take turns on them.
///
/// A lane does one thing at a time, so whoever has one lane has one thread at most, however much it asks for.
public final class HeavyWork: Sendable {
    /// The threads of this process.
    public static let shared = HeavyWork()

    private let pool: ThreadPool
    private let bound: Int
    /// The niceness of what doesn't yield.
    private let usual = Thread.niceness
    private let state = Mutex(State())

    private struct State {
        /// Lanes that have work and no thread, the one that waits longest first.
        var ready = FIFO<HeavyLane>()
        var threads = 0
    }

    /// - Parameter threads: how many lanes may work at once; nil for as many as there are processors.
    init(threads: Int? = nil) {
        bound = threads ?? max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
        // Documents are walked over by recursion.
        pool = ThreadPool(bound: bound, name: "heavy", stack: 8 << 20)
    }

    /// A place in the queue of its own.
    ///
    /// - Parameter yields: whether its work gives way to whatever else the machine has to do.
    public func lane(yields: Bool = false) -> HeavyLane {
        HeavyLane(self, niceness: yields ? max(usual, 10) : usual)
    }

    /// Gives a lane that has work a thread now or later.
    func offer(_ lane: HeavyLane) {
        let hasRoom = state.withLock { state in
            if state.threads < bound {
                state.threads += 1
                return true
            }
            state.ready.append(lane)
            return false
        }
        if hasRoom { pool.submit { self.serve(lane) } }
    }

    private func serve(_ first: HeavyLane) {
        var next: HeavyLane? = first
        while let lane = next {
            if Thread.niceness != lane.niceness { Thread.niceness = lane.niceness }
            let hasMore = lane.runOne()
            next = state.withLock { state in
                if hasMore { state.ready.append(lane) }
                if let other = state.ready.popFirst() { return other }
                state.threads -= 1
                return nil
            }
        }
    }
}

/// One client's share of the threads for heavy work: a task that prefers it runs there, one piece at a time.
///
/// While a task waits for something else, it holds neither its lane nor a thread.
public final class HeavyLane: TaskExecutor {
    private let work: HeavyWork
    private let state = Mutex(State())

    private struct State {
        var jobs = FIFO<UnownedJob>()
        /// Whether it has a thread or is to get one.
        var isBusy = false
    }

    fileprivate let niceness: Int32

    init(_ work: HeavyWork, niceness: Int32) { (self.work, self.niceness) = (work, niceness) }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            state.jobs.append(job)
            defer { state.isBusy = true }
            return !state.isBusy
        }
        if isFirst { work.offer(self) }
    }

    /// Runs the job that waits longest; whether there are more.
    func runOne() -> Bool {
        let job = state.withLock { $0.jobs.popFirst() }
        job?.runSynchronously(on: asUnownedTaskExecutor())
        return state.withLock { state in
            state.isBusy = !state.jobs.isEmpty
            return state.isBusy
        }
    }
}
