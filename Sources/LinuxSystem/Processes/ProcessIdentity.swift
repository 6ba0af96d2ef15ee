import ByteText
import Glibc

/// A process that cannot be mistaken for a later one with the same number.
public struct ProcessIdentity: Hashable, Sendable {
    public let id: Int32
    /// When it started, in clock ticks since the machine did.
    public let startTime: UInt64

    public init(id: Int32, startTime: UInt64) {
        self.id = id
        self.startTime = startTime
    }

    /// The process that has this number now; `ESRCH` when there is none, any other error when that can't be seen.
    public init(of id: Int32) throws(SystemError) {
        self.init(id: id, startTime: try Self.startTime(of: id))
    }

    /// The running program's own.
    public static func current() throws(SystemError) -> ProcessIdentity {
        try ProcessIdentity(of: getpid())
    }

    /// Whether it still is there (a zombie counts until somebody took its end). Throws where that can't be seen.
    public func isAlive() throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try Self.startTime(of: id) == startTime
        } catch {
            if error.errno == ESRCH { return false }
            throw error
        }
    }

    private static func startTime(of id: Int32) throws(SystemError) -> UInt64 {
        let missing = SystemError(call: "kill", errno: ESRCH, context: "process \(id)")
        guard id > 0 else { throw missing }
        let text: String
        do throws(SystemError) {
            text = try FileSystem.readText("/proc/\(id)/stat", limit: 4096)
        } catch {
            // A /proc that isn't there says nothing about processes; the kernel itself does.
            if kill(id, 0) < 0, Glibc.errno == ESRCH { throw missing }
            throw error
        }
        guard let time = startTime(in: text) else {
            throw SystemError(call: "read", errno: EINVAL, context: "/proc/\(id)/stat")
        }
        return time
    }

    /// The 22nd field. The second, the program's name, may hold anything, so fields are counted from its end.
    private static func startTime(in text: String) -> UInt64? {
        guard let end = text.lastIndex(ofByte: ")") else { return nil }
        let fields = text[text.utf8.index(after: end)...].split(atByte: " ")
        return fields.dropFirst(19).first.flatMap { UInt64($0) }
    }
}
