import CLinux
import Glibc

/// Signals as events of a loop instead of interruptions.
public final class SignalSource: Sendable {
    private let registration: EventLoop.Registration

    /// Blocks `signals` for the calling thread and has `handler` called with each on the loop's thread.
    ///
    /// To be made first in the program: threads that exist already would still be interrupted.
    public init(
        _ signals: [Int32], loop: EventLoop = .shared, handler: @escaping @Sendable (Int32) -> Void
    ) throws(SystemError) {
        var set = Self.block(signals)
        let flags = O_CLOEXEC | O_NONBLOCK
        let descriptor = Descriptor(owning: try checked("signalfd") { signalfd(-1, &set, flags) })
        registration = try loop.register(descriptor, for: .readable) { _ in
            while let signal = Self.next(from: descriptor) { handler(signal) }
        }
    }

    /// Blocks signals for the calling thread and all that it starts from now on; their set.
    ///
    /// A program that wants them as events calls this before it starts any thread, the event loop's among them:
    /// a thread that doesn't block them would still be interrupted.
    @discardableResult
    public static func block(_ signals: [Int32]) -> sigset_t {
        var set = set(of: signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        return set
    }

    /// Waits on the calling thread for one of `signals`, which all threads block; nil when none came in time.
    public static func wait(for signals: [Int32], atMost limit: Duration) -> Int32? {
        var set = set(of: signals)
        let deadline = MonotonicTime.now.advanced(by: limit)
        while true {
            let left = MonotonicTime.now.duration(to: deadline).wholeNanoseconds
            var time = timespec(
                tv_sec: Int(clamping: left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            let signal = sigtimedwait(&set, nil, &time)
            if signal > 0 { return signal }
            if errno != EINTR { return nil }
        }
    }

    /// Waits on the calling thread for one of `signals`, which all threads block.
    public static func wait(for signals: [Int32]) -> Int32 {
        var set = set(of: signals)
        while true {
            let signal = sigwaitinfo(&set, nil)
            if signal > 0 { return signal }
        }
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    /// Ends the calls. The signals stay blocked.
    public func cancel() { registration.cancel() }

    /// Has a signal, such as `SIGPIPE` or `SIGHUP`, do nothing to this process.
    public static func ignore(_ signal: Int32) {
        _ = Glibc.signal(signal, SIG_IGN)
    }

    private static func next(from descriptor: Descriptor) -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let count = try? withUnsafeMutableBytes(of: &information) { (buffer) throws(SystemError) in
            try descriptor.read(into: buffer)
        }
        return count == size ? Int32(bitPattern: information.ssi_signo) : nil
    }
}
