import CLinux
import Glibc
import Synchronization

/// Holds on to one process, child or not, so that a signal can never reach another one.
public final class ProcessHandle: Sendable {
    public let identity: ProcessIdentity
    let descriptor: Descriptor
    let watchers = Mutex(EndWatchers())

    /// Opens the process that `identity` names; `ESRCH` when it is gone, though its number may be in use again. Any
    /// other error says nothing about it.
    public init(_ identity: ProcessIdentity) throws(SystemError) {
        self.identity = identity
        descriptor = try Self.open(identity)
        guard try identity.isAlive() else { throw Self.gone(identity) }
    }

    private static func open(_ identity: ProcessIdentity) throws(SystemError) -> Descriptor {
        do throws(SystemError) {
            return Descriptor(
                owning: try checked("pidfd_open", "process \(identity.id)") {
                    clinux_pidfd_open(identity.id)
                })
        } catch {
            // The number may belong to a thread of another process by now, which can't be opened.
            if [EINVAL, ENOENT].contains(error.errno), try !identity.isAlive() { throw gone(identity) }
            throw error
        }
    }

    private static func gone(_ identity: ProcessIdentity) -> SystemError {
        SystemError(call: "pidfd_open", errno: ESRCH, context: "process \(identity.id)")
    }

    /// Opens the process that has this number now.
    public convenience init(of id: Int32) throws(SystemError) {
        try self.init(ProcessIdentity(of: id))
    }

    /// Sends a signal such as `SIGTERM`; `ESRCH` when the process has ended.
    public func signal(_ number: Int32) throws(SystemError) {
        try checked("kill", "process \(identity.id)") {
            clinux_pidfd_send_signal(descriptor.rawValue, number)
        }
    }

    /// Sends a signal to the process and to all that it has started in its group; to it alone where the kernel is
    /// too old to tell the group safely.
    public func signalGroup(_ number: Int32) throws(SystemError) {
        if clinux_pidfd_send_group_signal(descriptor.rawValue, number) == 0 { return }
        try signal(number)
    }

    /// Whether it has ended.
    public var hasEnded: Bool {
        var watched = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) > 0
    }

    /// Waits on the calling thread, at most `limit`: whether it has ended by then.
    public func hasEnded(within limit: Duration) -> Bool {
        var watched = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, limit.pollMilliseconds) > 0
    }

    /// Waits for the end. It cannot be cancelled.
    public func waitForEnd(loop: EventLoop = .shared) async throws(SystemError) {
        let held = Mutex<Watch?>(nil)
        let failure: SystemError? = await withUnsafeContinuation { continuation in
            do throws(SystemError) {
                let watch = try onEnd(loop: loop) { continuation.resume(returning: nil) }
                held.withLock { $0 = watch }
            } catch {
                continuation.resume(returning: error)
            }
        }
        held.withLock { $0 = nil }
        if let failure { throw failure }
    }
}

/// True for the first who asks.
final class OnceFlag: Sendable {
    private let isSet = Atomic(false)

    /// Whether this call was the one that set it.
    func set() -> Bool { !isSet.exchange(true, ordering: .acquiringAndReleasing) }
}
