import LinuxSystem
import Synchronization
import Virt

/// The job queue of one object, with those who wait for it.
public final class JobLock: Sendable {
    private struct State {
        var queue = JobQueue()
        var waiting: [JobQueue.ID: CheckedContinuation<Bool, Never>] = [:]
        var timers: [JobQueue.ID: EventLoop.Timer] = [:]
    }

    private let state = Mutex(State())
    private let loop: EventLoop
    private let patience: Duration
    private let origin: ErrorDomain

    /// A lock that is waited for at most `patience`, and whose errors come from `origin`.
    public init(patience: Duration = .seconds(30), origin: ErrorDomain, loop: EventLoop = .shared) {
        (self.patience, self.origin) = (patience, origin)
        self.loop = loop
    }

    /// Waits for the object; throws `operationTimeout` with the holder's name when that takes too long, and
    /// `operationAborted` when the task is cancelled meanwhile.
    public func acquire(_ kind: JobQueue.Kind, _ name: String) async throws(VirtError) -> JobQueue.ID {
        let (job, starts) = state.withLock { $0.queue.request(kind, name) }
        if starts { return job.id }
        let hasStarted = await withTaskCancellationHandler {
            await wait(for: job.id)
        } onCancel: {
            expire(job.id)
        }
        if hasStarted { return job.id }
        if Task.isCancelled {
            throw VirtError(
                .operationAborted, "'\(name)' was not done: nobody waits for it any longer", from: origin)
        }
        let holder = state.withLock { $0.queue.holderName }
        throw VirtError(
            .operationTimeout, "cannot acquire state change lock (held by \(holder)); '\(name)' was not done",
            from: origin)
    }

    /// Waits for a job's turn; false where it was given up before.
    private func wait(for id: JobQueue.ID) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.queue.holder?.id == id { return true }
                guard state.queue.isWaiting(id) else { return false }
                state.waiting[id] = continuation
                state.timers[id] = loop.schedule(after: patience) { [weak self] in self?.expire(id) }
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// The job is over; the next one starts.
    public func release(_ id: JobQueue.ID) {
        start { $0.finish(id) }
    }

    /// The job goes on as a long one, beside which others of `kinds` may come in.
    public func becomeLong(_ id: JobQueue.ID, allowing kinds: Set<JobQueue.Kind>) {
        start { $0.becomeLong(id, allowing: kinds) }
    }

    /// The long job is over; everybody may come in again.
    public func releaseLong(_ id: JobQueue.ID) {
        start { $0.finishLong(id) }
    }

    /// Changes the queue, and wakes the one who has the object next.
    private func start(_ change: (inout JobQueue) -> JobQueue.Job?) {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            guard let job = change(&state.queue) else { return nil }
            state.timers.removeValue(forKey: job.id)?.cancel()
            return state.waiting.removeValue(forKey: job.id)
        }
        next?.resume(returning: true)
    }

    private func expire(_ id: JobQueue.ID) {
        let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.queue.giveUp(id) else { return nil }
            state.timers.removeValue(forKey: id)?.cancel()
            return state.waiting.removeValue(forKey: id)
        }
        waiting?.resume(returning: false)
    }
}
