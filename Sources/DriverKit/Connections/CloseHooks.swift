import Synchronization
import Virt
import VirtDriver

/// What is to be done when a client goes: guests that were started with autodestroy, consoles that are held.
public final class CloseHooks: Sendable {
    /// One thing to be done.
    public typealias Action = @Sendable () async -> Void

    private struct State {
        var actions: [(key: String, action: Action)] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    public init() {}

    /// Has `action` done when the client goes, in place of one with the same key; false where it has gone
    /// already, and nothing is done.
    @discardableResult
    public func add(_ key: String, _ action: @escaping Action) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            state.actions.removeAll { $0.key == key }
            state.actions.append((key, action))
            return true
        }
    }

    /// It need not be done any longer.
    public func remove(_ key: String) { state.withLock { $0.actions.removeAll { $0.key == key } } }

    /// Has `action` done when the client goes, at once where it has gone, unless the subscription ends before.
    public func subscribe(_ action: @escaping @Sendable () -> Void) -> any EventSubscription {
        let key = "\(UUID.random())"
        if !add(key, { action() }) { action() }
        return Subscription { self.remove(key) }
    }

    /// The client has gone: does everything, the latest first, and takes nothing more.
    public func run() async {
        let actions = state.withLock { state in
            defer { (state.actions, state.isClosed) = ([], true) }
            return state.actions
        }
        for (_, action) in actions.reversed() { await action() }
    }
}
