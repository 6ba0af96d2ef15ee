import CLinux
import Glibc

/// Where one idle thread waits to be given work.
///
/// Unchecked: `work` is only touched with `mutex` held. A condition is needed, which `Mutex` has not.
final class Seat: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var work: (@Sendable () -> Void)?

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func give(_ work: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        self.work = work
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for work; nil when none came in time.
    func wait(for time: Duration) -> (@Sendable () -> Void)? {
        let end = MonotonicTime.now.advanced(by: time).nanoseconds
        var deadline = timespec(
            tv_sec: Int(clamping: end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while work == nil {
            if pthread_cond_timedwait(condition, mutex, &deadline) != 0 { break }
        }
        defer { work = nil }
        return work
    }
}
