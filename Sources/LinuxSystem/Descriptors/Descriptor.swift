import CLinux
import Glibc
import Synchronization

/// Owns one open file descriptor, and closes it when the last reference goes.
public final class Descriptor: Sendable {
    private let number: Atomic<Int32>

    /// Takes over `number`; nobody else may close it from now on.
    public init(owning number: Int32) {
        self.number = Atomic(number)
    }

    deinit { close() }

    /// The number, for system calls made while this object is held; -1 once closed or taken.
    public var rawValue: Int32 { number.load(ordering: .relaxed) }

    public var isOpen: Bool { rawValue >= 0 }

    /// Gives the number away: the caller closes it from now on. Answers -1 when there is none.
    public func take() -> Int32 { number.exchange(-1, ordering: .acquiringAndReleasing) }

    /// Closes now. Only its sole user may do so: another thread would go on with a number that may be reused.
    public func close() {
        let number = take()
        if number >= 0 { _ = Glibc.close(number) }
    }

    /// A second descriptor of the same open file, closed on exec. `minimum` is the lowest number it may get.
    public func duplicate(minimum: Int32 = 0) throws(SystemError) -> Descriptor {
        try Self.duplicate(rawValue, minimum: minimum)
    }

    /// A second, owned descriptor for a number that somebody else owns.
    public static func duplicate(_ number: Int32, minimum: Int32 = 0) throws(SystemError) -> Descriptor {
        let copy = try checked("fcntl") { clinux_fcntl(number, F_DUPFD_CLOEXEC, minimum) }
        return Descriptor(owning: copy)
    }

    /// Switches between calls that wait and calls that answer `EAGAIN`.
    public func setNonBlocking(_ on: Bool = true) throws(SystemError) {
        let flags = try checked("fcntl") { clinux_fcntl(rawValue, F_GETFL, 0) }
        let wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        if wanted != flags { try checked("fcntl") { clinux_fcntl(rawValue, F_SETFL, wanted) } }
    }

    /// Whether programs that are executed lose this descriptor. All that this module opens is closed on exec.
    public func setCloseOnExec(_ on: Bool) throws(SystemError) {
        try checked("fcntl") { clinux_fcntl(rawValue, F_SETFD, on ? FD_CLOEXEC : 0) }
    }
}

extension Descriptor: CustomStringConvertible {
    public var description: String { "descriptor \(rawValue)" }
}
