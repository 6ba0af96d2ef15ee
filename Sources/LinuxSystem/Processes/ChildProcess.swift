import CLinux
import Glibc
import Synchronization

/// A program that this process started, and whose end it takes.
public final class ChildProcess: Sendable {
    public let handle: ProcessHandle
    private let state = Mutex(State())

    private struct State {
        var status: ExitStatus?
        var waiting: [@Sendable (ExitStatus) -> Void] = []
        /// Held until the end, so that the end is always taken.
        var watch: ProcessHandle.Watch?
    }

    /// Starts a program. It waits until the program is loaded: call it within `Blocking.run`.
    public static func start(
        _ orders: ProgramOrders, loop: EventLoop = .shared
    ) throws(SystemError) -> ChildProcess {
        let handle = try ProcessHandle(of: try spawn(orders))
        let child = ChildProcess(handle)
        let watch = try handle.onEnd(loop: loop) { child.takeEnd() }
        child.state.withLock { state in
            if state.status == nil { state.watch = watch }
        }
        return child
    }

    private init(_ handle: ProcessHandle) {
        self.handle = handle
    }

    /// How it ended; nil while it runs.
    public var status: ExitStatus? { state.withLock { $0.status } }

    /// Waits for its end. It cannot be cancelled.
    public func waitForEnd() async -> ExitStatus {
        await withUnsafeContinuation { continuation in
            whenEnded { continuation.resume(returning: $0) }
        }
    }

    /// Has `body` called once, on the loop's thread, when it ends; at once when it has ended.
    public func whenEnded(_ body: @escaping @Sendable (ExitStatus) -> Void) {
        let status = state.withLock { state in
            if state.status == nil { state.waiting.append(body) }
            return state.status
        }
        if let status { body(status) }
    }

    private func takeEnd() {
        let status = handle.takeEnd() ?? .exited(0)
        let waiting = state.withLock { state in
            state.status = status
            state.watch = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for body in waiting { body(status) }
    }
}

extension ProcessHandle {
    /// Takes the end of a child of this process; nil when it still runs, or is no child.
    func takeEnd(waiting: Bool = false) -> ExitStatus? {
        var code: Int32 = 0
        var status: Int32 = 0
        let options = WEXITED | (waiting ? 0 : WNOHANG)
        guard (try? checked("waitid") { clinux_wait(descriptor.rawValue, options, &code, &status) }) != nil,
            code != 0
        else { return nil }
        return code == CLD_EXITED ? .exited(status) : .signalled(status)
    }
}
