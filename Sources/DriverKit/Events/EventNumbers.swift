import ByteText
import Glibc
import LinuxSystem
import Synchronization

/// Numbers that no two events of a host share, whenever the daemon was started or killed.
///
/// They are reserved on disk in ranges: a daemon that doesn't know how far the last one got loses the rest of its range,
/// never repeats it.
/// Where the disk takes no reservation (it is full, or can't be read), numbers go on from the time in microseconds,
/// which no counting of events reaches and no later start falls behind.
public final class EventNumbers: Sendable {
    /// The number before the first one that may be used.
    public let first: UInt64
    /// Why nothing could be reserved at the start; nil where all is well.
    public let problem: SystemError?
    private let path: String
    private let state: Mutex<State>

    private struct State {
        /// The last number that may be given out.
        var reserved: UInt64
        var isReserving = false
    }

    private static let range: UInt64 = 1 << 20

    /// Reserves the next range in the file at `path`; may wait.
    ///
    /// - Parameter last: the number of the host's last event, where it is known for certain: the next one follows it.
    public init(path: String, after last: UInt64? = nil) {
        self.path = path
        do throws(SystemError) {
            let found = try Self.read(path)
            let begin = last ?? found
            let reserved = max(found, begin &+ Self.range)
            if reserved > found { try Self.write(reserved, path) }
            (first, problem) = (begin, nil)
            state = Mutex(State(reserved: reserved))
        } catch {
            let now = Self.timeNumber
            (first, problem) = (now, error)
            state = Mutex(State(reserved: now))
        }
    }

    /// The number that follows `last`.
    func next(after last: UInt64) -> UInt64 {
        let (number, mustReserve) = state.withLock { state in
            var number = last &+ 1
            if number > state.reserved { number = max(number, Self.timeNumber) }
            let mustReserve = !state.isReserving && number &+ Self.range / 2 > state.reserved
            if mustReserve { state.isReserving = true }
            return (number, mustReserve)
        }
        if mustReserve { Task { await reserve(from: number) } }
        return number
    }

    /// Reserves a range on the disk; where that fails, a later number tries again.
    private func reserve(from number: UInt64) async {
        let (path, end) = (path, number &+ Self.range)
        let isWritten = await Blocking.run { (try? Self.write(end, path)) != nil }
        state.withLock { state in
            if isWritten { state.reserved = end }
            state.isReserving = false
        }
    }

    private static var timeNumber: UInt64 { CalendarTime.now.nanoseconds / 1000 }

    private static func read(_ path: String) throws(SystemError) -> UInt64 {
        let text: String
        do throws(SystemError) {
            text = try FileSystem.readText(path)
        } catch {
            if error.errno == ENOENT { return 0 }
            throw error
        }
        return UInt64(Substring(text.utf8.prefix(while: \.isDigit))) ?? timeNumber
    }

    private static func write(_ number: UInt64, _ path: String) throws(SystemError) {
        try FileSystem.replace(path, with: Array("\(number)\n".utf8), mode: 0o600)
    }
}
