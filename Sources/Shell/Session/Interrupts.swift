import Glibc
import LinuxSystem
import Synchronization

/// Ctrl-C. It ends the program, unless a command asked to be told instead.
final class Interrupts: Sendable {
    static let shared = Interrupts()

    private struct State {
        var listeners: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Has the signal wait for `deliverAll` from now on. To be called before any thread is started.
    static func block() { SignalSource.block([SIGINT]) }

    /// Tells of each Ctrl-C. The main thread does it: one that runs Swift's main queue would take signals, blocked or not,
    /// and end the program.
    func deliverAll() -> Never {
        while true {
            _ = SignalSource.wait(for: [SIGINT])
            deliver()
        }
    }

    /// Has `body` called at each Ctrl-C, until the answered closure is.
    func listen(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let key = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = body
            return state.next
        }
        return { [self] in _ = state.withLock { $0.listeners.removeValue(forKey: key) } }
    }

    private func deliver() {
        let listeners = state.withLock { Array($0.listeners.values) }
        if listeners.isEmpty { ThisProcess.exit(130) }
        for listener in listeners { listener() }
    }
}
