import Synchronization

/// Something for the loop's thread to do.
enum Work {
    case call(@Sendable () -> Void)
    case job(UnownedJob)
}

extension EventLoop {
    /// Has `work` called on the loop's thread, in its next turn or, from the loop itself, still in this one.
    public func submit(_ work: @escaping @Sendable () -> Void) {
        add(.call(work))
    }

    /// Has `work` called at the end of the current turn. From another thread it is the next turn's.
    public func atEndOfTurn(_ work: @escaping @Sendable () -> Void) {
        let mustWake = state.withLock { state in
            state.endOfTurn.append(work)
            return state.takeSleep()
        }
        if mustWake { wakeUp() }
    }

    /// Has `work` called on the loop's thread in the turn after the current one, when what became ready meanwhile has
    /// been served.
    public func inNextTurn(_ work: @escaping @Sendable () -> Void) {
        atEndOfTurn { self.submit(work) }
    }

    func add(_ work: Work) {
        let mustWake = state.withLock { state in
            state.submitted.append(work)
            return state.takeSleep()
        }
        if mustWake { wakeUp() }
    }

    /// Runs what was submitted, and what that submits in turn; not for ever, since descriptors wait too.
    func runSubmitted() {
        for _ in 0..<64 {
            let batch = state.withLock { state in
                defer { state.submitted = [] }
                return state.submitted
            }
            if batch.isEmpty { return }
            for work in batch { run(work) }
        }
    }

    func endTurn() {
        let batch = state.withLock { state in
            defer { state.endOfTurn = [] }
            return state.endOfTurn
        }
        for work in batch { work() }
    }

    private func run(_ work: Work) {
        switch work {
        case .call(let body): body()
        case .job(let job):
            job.runSynchronously(
                isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }
}

extension EventLoop.State {
    /// Whether the caller has to wake the thread; the first who asks does, for all who follow.
    mutating func takeSleep() -> Bool {
        defer { isAsleep = false }
        return isAsleep
    }
}

extension EventLoop: SerialExecutor, TaskExecutor {
    public func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    public func checkIsolated() {
        precondition(isCurrent, "this runs on its event loop only")
    }
}
