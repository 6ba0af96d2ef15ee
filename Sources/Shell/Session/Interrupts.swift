import Glibc
import LinuxSystem
import Synchronization

/// Ctrl-C. It ends the program, unless a command asked to be told instead.
final class Interrupts: Sendable {
    static let shared = Interrupts()

    private struct State {
        var source: SignalSource?
        var listeners: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Takes the signal from now on. To be called before any thread is started.
    func begin() {
        let source = try? SignalSource([SIGINT]) { [self] _ in deliver() }
        state.withLock { $0.source = source }
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
