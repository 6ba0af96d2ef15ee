import LinuxSystem
import Synchronization
import Transport

/// What the clients of one user have together.
final class UserClients: Sendable {
    /// Whose clients they are, at which kind of socket.
    struct Key: Hashable, Sendable {
        let user: UInt32
        let isReadOnly: Bool
    }

    /// Nil for the clients that are trusted, which share nothing.
    let key: Key?
    let bytes: Allowance
    let calls: Allowance
    let registrations: Allowance
    /// Where what computes for long runs; nil for the clients that are trusted, each of which has a lane of its own.
    let lane: HeavyLane?
    private let state: Mutex<State>

    private struct State {
        var clients = 0
        var unopened = 0
        var rate = LogRate()
    }

    /// Clients of a user, within what all that only read may have.
    init(_ key: Key, _ limits: Limits, within all: UserClients) {
        self.key = key
        // A guest's start isn't to wait for what anybody may ask.
        lane = HeavyWork.shared.lane(yields: key.isReadOnly)
        if key.isReadOnly {
            bytes = Allowance(limits.readOnlyUserBytes, of: all.bytes)
            calls = Allowance(limits.readOnlyUserCalls, of: all.calls)
            registrations = Allowance(limits.readOnlyUserRegistrations, of: all.registrations)
        } else {
            // Who may change guests could do worse than calling often.
            bytes = Allowance(limits.userBytes)
            (calls, registrations) = (Allowance(.max), Allowance(.max))
        }
        state = Mutex(State())
    }

    /// Clients without a limit of their user's.
    private init(bytes: Int, calls: Int, registrations: Int) {
        (key, lane) = (nil, nil)
        self.bytes = Allowance(bytes)
        self.calls = Allowance(calls)
        self.registrations = Allowance(registrations)
        state = Mutex(State())
    }

    /// The clients of root and of the daemon's own user.
    static func trusted() -> UserClients { UserClients(bytes: .max, calls: .max, registrations: .max) }

    /// All that may only read.
    static func readOnly(_ limits: Limits) -> UserClients {
        UserClients(
            bytes: limits.readOnlyBytes, calls: limits.readOnlyCalls,
            registrations: limits.readOnlyRegistrations)
    }

    /// How many clients there are.
    var count: Int { state.withLock { $0.clients } }

    /// Adds a client, unless there are as many as may be.
    ///
    /// - Parameter unopened: how many may have opened nothing yet.
    func admit(_ limits: Limits, unopened: Int) -> Bool {
        state.withLock { state in
            if key != nil {
                guard state.clients < limits.userClients, state.unopened < unopened else {
                    return false
                }
            }
            state.clients += 1
            state.unopened += 1
            return true
        }
    }

    /// A client has opened something.
    func opened() { state.withLock { $0.unopened -= 1 } }

    /// A client has gone.
    func leave(opened: Bool) {
        state.withLock { state in
            state.clients -= 1
            if !opened { state.unopened -= 1 }
        }
    }

    /// A line for the log as it is to be written; nil where it is left out, since these clients cause many.
    func logLine(_ text: String) -> String? { state.withLock { $0.rate.line(text) } }
}
