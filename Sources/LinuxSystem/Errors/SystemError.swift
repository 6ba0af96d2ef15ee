import CLinux
import Glibc

/// A system call that failed: which call, on what, and why.
public struct SystemError: Error, Hashable, Sendable {
    /// The call's name, such as `open`.
    public let call: String
    /// The error number, such as `ENOENT`.
    public let errno: Int32
    /// What the call worked on, usually a path; nil where there is nothing to name.
    public let context: String?

    public init(call: String, errno: Int32, context: String? = nil) {
        self.call = call
        self.errno = errno
        self.context = context
    }

    /// The error that the calling thread's `errno` stands for.
    static func current(_ call: String, _ context: String? = nil) -> SystemError {
        SystemError(call: call, errno: Glibc.errno, context: context)
    }

    /// The error number of a file that has more bytes than were to be read.
    public static var fileTooLarge: Int32 { EFBIG }

    /// The reason alone, in the C library's words: `No such file or directory`.
    public var reason: String { Self.reason(of: errno) }

    /// The C library's words for an error number.
    public static func reason(of errno: Int32) -> String {
        guard let text = strerrordesc_np(errno) else { return "Unknown error \(errno)" }
        return String(cString: text)
    }
}

extension SystemError: CustomStringConvertible {
    /// The whole of it for people: `open '/etc/x': Permission denied`.
    public var description: String {
        guard let context else { return "\(call): \(reason)" }
        return "\(call) '\(context)': \(reason)"
    }
}

/// Makes a system call, again while it is interrupted, and throws when it answers a negative number.
@inline(__always)
@discardableResult
func checked<Number: SignedInteger>(
    _ call: StaticString, _ context: @autoclosure () -> String? = nil, _ body: () -> Number
) throws(SystemError) -> Number {
    while true {
        let result = body()
        if result >= 0 { return result }
        let number = Glibc.errno
        if number != EINTR { throw SystemError(call: "\(call)", errno: number, context: context()) }
    }
}

/// Makes a system call that has nothing to do at the moment when it answers `EAGAIN`: then nil.
@inline(__always)
func attempted(_ call: StaticString, _ body: () -> Int) throws(SystemError) -> Int? {
    while true {
        let result = body()
        if result >= 0 { return result }
        switch Glibc.errno {
        case EINTR: continue
        case EAGAIN: return nil
        case let number: throw SystemError(call: "\(call)", errno: number)
        }
    }
}
