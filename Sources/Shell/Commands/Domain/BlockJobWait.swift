import ByteText
import LinuxSystem
import Roost
import Synchronization
import Virt

/// Waiting for a job on a disk, with its progress where somebody wants to see it.
struct BlockJobWait {
    /// What the job is called: `Block Pull`.
    let title: String
    let isVerbose: Bool
    /// What it may take before it is aborted.
    let timeout: Duration?
    /// An aborted job isn't waited for.
    let isAsync: Bool

    enum Outcome { case completed, ready, failed, aborted }

    init(_ title: String, _ arguments: Arguments) throws(Failure) {
        self.title = title
        isVerbose = arguments.has("verbose")
        isAsync = arguments.has("async")
        let seconds: Int32? = try arguments.number("timeout")
        if let seconds, seconds < 1 || seconds > Int32.max / 1000 {
            throw arguments.malformed("timeout", try arguments.required("timeout"))
        }
        timeout = seconds.map { .seconds(Int64($0)) }
    }

    private static let pause = Duration.milliseconds(250)

    /// Begins a job and waits until it is over, or keeps a copy the same.
    func run(
        _ session: Session, _ domain: Domain, _ path: String, _ begin: () async throws -> Void
    ) async throws -> Outcome {
        let news = BlockJobNews()
        let events = try await session.connected().events([.domain(.blockJob), .domain(.blockJob2)])
        let listening = Task {
            for try await told in events { news.take(told.event, of: domain.reference.uuid, path) }
        }
        let stop = Interrupts.shared.listen { news.interrupt() }
        defer {
            stop()
            listening.cancel()
        }
        try await begin()
        let end = timeout.map { ContinuousClock.now + $0 }
        var unseen = 0
        while true {
            if let outcome = news.outcome {
                if outcome == .completed || outcome == .ready { show(1, 1, session) }
                return outcome
            }
            let info = try await domain.blockJobInfo(path: path, flags: [])
            if info.found == 0 {
                unseen += 1
                // Its end is told a little later than it can be seen, by servers that don't tell it at all never.
                if unseen > 20 { return .completed }
            } else {
                show(info.cur, info.end, session)
                if info.end > 0, info.cur == info.end { return .ready }
            }
            if news.isInterrupted || end.map({ ContinuousClock.now >= $0 }) ?? false {
                try await domain.blockJobAbort(path: path, flags: isAsync ? .async : [])
                return .aborted
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func show(_ done: UInt64, _ all: UInt64, _ session: Session) {
        if isVerbose { session.output.progress(title, done, of: all) }
    }
}

extension Output {
    /// How far something is, over what was shown before.
    func progress(_ title: String, _ done: UInt64, of all: UInt64) {
        var percent = all == 0 ? 100 : Double(done) / Double(all) * 100
        // Only what is done shows as that.
        if done < all { percent = min(percent, 99.99) }
        let text = percent.text(digits: 2).paddedLeft(to: 5)
        unfinishedLine("\r\(title): [\(text) %]")
    }
}

/// What is heard of a job.
private final class BlockJobNews: Sendable {
    private struct State {
        var outcome: BlockJobWait.Outcome?
        var isInterrupted = false
    }

    private let state = Mutex(State())

    var outcome: BlockJobWait.Outcome? { state.withLock { $0.outcome } }
    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    func interrupt() { state.withLock { $0.isInterrupted = true } }

    func take(_ event: Event, of domain: UUID, _ path: String) {
        switch event {
        case .domainBlockJob(let news) where news.domain.uuid == domain && news.path.hasSameBytes(as: path):
            take(news.status)
        case .domainBlockJob2(let news) where news.domain.uuid == domain && news.dst.hasSameBytes(as: path):
            take(news.status)
        default: break
        }
    }

    private func take(_ status: Int32) {
        let outcome: BlockJobWait.Outcome? =
            switch ConnectDomainEventBlockJobStatus(rawValue: status) {
            case .completed: .completed
            case .ready: .ready
            case .failed: .failed
            case .canceled: .aborted
            default: nil
            }
        state.withLock { $0.outcome = outcome ?? $0.outcome }
    }
}
