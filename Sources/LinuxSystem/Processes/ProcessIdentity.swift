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

    /// The process that has this number now; `ESRCH` when there is none.
    public init(of id: Int32) throws(SystemError) {
        guard let startTime = Self.startTime(of: id) else {
            throw SystemError(call: "read", errno: ESRCH, context: "process \(id)")
        }
        self.init(id: id, startTime: startTime)
    }

    /// The running program's own.
    public static func current() throws(SystemError) -> ProcessIdentity {
        try ProcessIdentity(of: getpid())
    }

    /// Whether it still is there (a zombie counts until somebody took its end).
    public var isAlive: Bool { Self.startTime(of: id) == startTime }

    private static func startTime(of id: Int32) -> UInt64? {
        guard id > 0, let text = try? FileSystem.readText("/proc/\(id)/stat", limit: 4096),
            // The name may hold anything, so the fields are counted from its end.
            let end = text.lastIndex(ofByte: ")")
        else { return nil }
        let fields = text[text.utf8.index(after: end)...].split(atByte: " ")
        return fields.dropFirst(19).first.flatMap { UInt64($0) }
    }
}
