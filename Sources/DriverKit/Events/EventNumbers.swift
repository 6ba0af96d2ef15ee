import ByteText
import Glibc
import LinuxSystem
import Synchronization

/// Numbers that no two events of a host share, whenever the daemon was started or killed.
///
/// They are reserved on disk in ranges: a daemon that is killed loses the rest of its range, never repeats it.
public final class EventNumbers: Sendable {
    /// The number before the first one that may be used.
    public let first: UInt64
    private let path: String
    private let reserved: Mutex<UInt64>

    private static let range: UInt64 = 1 << 20

    /// Reserves the next range in the file at `path`; may wait.
    ///
    /// A file that is there and can't be read is an error: to count from zero would repeat numbers. Content
    /// that is no number (a disk that was full, a file edited by hand) starts at the time in microseconds,
    /// which no counting of events reaches.
    public init(path: String) throws(SystemError) {
        self.path = path
        first = try Self.read(path)
        reserved = Mutex(first &+ Self.range)
        try Self.write(first &+ Self.range, path)
    }

    /// A number was given out; the next range is reserved before this one ends.
    func used(_ number: UInt64) {
        let next: UInt64? = reserved.withLock { reserved in
            guard number &+ Self.range / 2 > reserved else { return nil }
            reserved &+= Self.range
            return reserved
        }
        guard let next else { return }
        let path = path
        Task { await Blocking.run { try? Self.write(next, path) } }
    }

    private static func read(_ path: String) throws(SystemError) -> UInt64 {
        let text: String
        do throws(SystemError) {
            text = try FileSystem.readText(path)
        } catch {
            if error.errno == ENOENT { return 0 }
            throw error
        }
        return UInt64(Substring(text.utf8.prefix(while: \.isDigit))) ?? CalendarTime.now.nanoseconds / 1000
    }

    private static func write(_ number: UInt64, _ path: String) throws(SystemError) {
        try FileSystem.replace(path, with: Array("\(number)\n".utf8), mode: 0o600)
    }
}
