import LinuxSystem
import Synchronization

/// Gives memory back that much work has left behind, once it is done.
final class MemoryReturn: Sendable {
    /// How long after the last work; and how much there must be, since what is little is soon used again.
    private static let delay = Duration.seconds(2)
    private static let worthwhile = 8 << 20

    private let isScheduled = Mutex(false)

    /// Has the memory looked at in a while.
    func schedule() {
        let isNew = isScheduled.withLock { isScheduled in
            defer { isScheduled = true }
            return !isScheduled
        }
        guard isNew else { return }
        EventLoop.shared.schedule(after: Self.delay) { self.look() }
    }

    private func look() {
        isScheduled.withLock { $0 = false }
        guard ThisProcess.freeHeapBytes > Self.worthwhile else { return }
        Task { await Blocking.run { ThisProcess.trimHeap() } }
    }
}
