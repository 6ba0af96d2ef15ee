import LinuxSystem
import Synchronization
import Virt
import VirtDriver

/// A driver whose calls go on when a test says so.
final class HeldDriver: Driver, DriverConnection, HypervisorService {
    private let state = Mutex(State())

    private struct State {
        var began = 0
        var finished = 0
        var cancelled = 0
        var isReleased = false
        var held: [UnsafeContinuation<Void, Never>] = []
        var waiting: [(condition: @Sendable (State) -> Bool, wake: UnsafeContinuation<Void, Never>)] = []
    }

    /// How many calls have begun, and how many were told that their client has gone.
    var began: Int { state.withLock { $0.began } }
    var cancelled: Int { state.withLock { $0.cancelled } }

    let name = "held"

    func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? { self }
    var hypervisor: any HypervisorService { self }
    var events: any EventSource { AllKinds() }

    func sysinfo(flags: UInt32) async throws(VirtError) -> String {
        await hold()
        return "held"
    }

    func nodeSuspendForDuration(target: UInt32, duration: UInt64, flags: UInt32) async throws(VirtError) {
        await hold()
    }

    func hostname() async throws(VirtError) -> String { "at once" }

    /// Uses a millisecond of the thread that asks.
    func type() async throws(VirtError) -> String {
        let end = MonotonicTime.now.advanced(by: .milliseconds(1))
        while MonotonicTime.now < end {}
        return "slow"
    }

    func capabilities() async throws(VirtError) -> String {
        change { $0.began += 1 }
        return String(repeating: "x", count: 1000)
    }

    /// Lets all calls go on, those that come later too.
    func releaseAll() {
        let held = state.withLock { state in
            state.isReleased = true
            defer { state.held = [] }
            return state.held
        }
        for call in held { call.resume() }
    }

    func wait(forCalls count: Int) async { await wait { $0.began >= count } }
    func wait(forCancelled count: Int) async { await wait { $0.cancelled >= count } }
    func wait(forFinished count: Int) async { await wait { $0.finished >= count } }

    private func hold() async {
        change { $0.began += 1 }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let goesOn = state.withLock { state in
                    if !state.isReleased { state.held.append(continuation) }
                    return state.isReleased
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            change { $0.cancelled += 1 }
        }
        change { $0.finished += 1 }
    }

    private func change(_ body: (inout State) -> Void) {
        let woken = state.withLock { state in
            body(&state)
            let now = state
            defer { state.waiting.removeAll { $0.condition(now) } }
            return state.waiting.filter { $0.condition(now) }.map(\.wake)
        }
        for wake in woken { wake.resume() }
    }

    private func wait(_ condition: @escaping @Sendable (State) -> Bool) async {
        await withUnsafeContinuation { wake in
            let holds = state.withLock { state in
                if condition(state) { return true }
                state.waiting.append((condition, wake))
                return false
            }
            if holds { wake.resume() }
        }
    }
}

/// Every kind of events can be registered for; none comes.
private struct AllKinds: EventSource {
    func subscribe(_ receive: @escaping @Sendable (PublishedEvent) -> Void) -> any EventSubscription {
        Subscription()
    }
    func enable(_ kind: EventKind) {}
}
