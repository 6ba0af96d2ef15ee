import CLinux
import Glibc

/// Threads of the module's own. They take no signals: those come through `SignalSource`.
enum Thread {
    private final class Start {
        let name: String
        let body: () -> Void

        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a detached thread; false when the system has no room for one.
    @discardableResult
    static func start(name: String, stack: Int = 1 << 20, _ body: @escaping @Sendable () -> Void) -> Bool {
        let start = Unmanaged.passRetained(Start(name: String(name.prefix(15)), body: body))
        let before = blockSignals()
        let failed = create(stack: stack, argument: start.toOpaque()) != 0
        restoreSignals(before)
        if failed { start.release() }
        return !failed
    }

    private static func create(stack: Int, argument: UnsafeMutableRawPointer) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stack)
        var thread = pthread_t()
        return pthread_create(&thread, &attributes, { Thread.run($0) }, argument)
    }

    private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        pthread_setname_np(pthread_self(), start.name)
        start.body()
        return nil
    }

    private static func blockSignals() -> sigset_t {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        return before
    }

    private static func restoreSignals(_ mask: sigset_t) {
        var mask = mask
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }

    /// How gladly the calling thread lets others have the processor, from 0 to 19. A process without the right to take that
    /// back leaves the thread as it is.
    static var niceness: Int32 {
        get { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }
        set { setpriority(Int32(PRIO_PROCESS.rawValue), 0, newValue) }
    }
}
