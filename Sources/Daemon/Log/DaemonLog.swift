import ByteText
import LinuxSystem
import Logging
import Synchronization
import Virt

/// The daemon's log: where it goes, and how much of what is written, which may change while it runs.
public final class DaemonLog: Sendable {
    private struct State {
        var sinks: [LogSink]
        var filters: [LogFilter] = []
        /// What is written of each part, once somebody has asked.
        var levels: [String: Logger.Level] = [:]
    }

    private let state: Mutex<State>
    /// What is written of parts that no filter names.
    private let general: LogPriority
    private let first: LogOutputRule

    /// A log that goes to a file, or to the standard error.
    ///
    /// - Parameter isVerbose: it tells more.
    public init(_ file: Descriptor, path: String?, isVerbose: Bool) {
        general = isVerbose ? .debug : .info
        first = LogOutputRule(general, path.map { .file($0) } ?? .standardError)
        state = Mutex(State(sinks: [LogSink(first, file)]))
    }

    /// The log of a part of the daemon.
    public func logger(_ label: String) -> Logger {
        Logger(label: label) { DaemonLogHandler(self, label: $0) }
    }

    /// What is written of a part: what the last filter that names it says, if one does.
    func level(of label: String) -> Logger.Level {
        state.withLock { state in
            if let known = state.levels[label] { return known }
            let filter = state.filters.last { label.contains(bytesOf: $0.match) }
            let level = (filter?.priority ?? general).level
            state.levels[label] = level
            return level
        }
    }

    func write(_ level: Logger.Level, _ text: String) {
        let (sinks, line) = (state.withLock { $0.sinks }, Self.plain(text.utf8))
        for sink in sinks { sink.write(LogPriority(level), level, line) }
    }

    // MARK: Changes

    /// The filters, as libvirt shows them.
    public var filters: (text: String, count: Int) {
        let filters = state.withLock { $0.filters }
        return (filters.map { $0.text + " " }.joined(), filters.count)
    }

    /// Replaces the filters; throws `invalidArg` where one is none.
    public func setFilters(_ text: String) throws(VirtError) {
        let filters = try LogFilter.list(text)
        state.withLock { state in
            state.filters = filters
            state.levels = [:]
        }
    }

    public var outputs: (text: String, count: Int) {
        let sinks = state.withLock { $0.sinks }
        return (sinks.map(\.rule.text).joined(separator: " "), sinks.count)
    }

    /// Has the log go elsewhere; where it went at first when `text` is empty. Throws where that can't be, and it goes on as it
    /// did. May wait.
    public func setOutputs(_ text: String) throws(VirtError) {
        let rules = try LogOutputRule.list(text)
        let sinks = try (rules.isEmpty ? [first] : rules).map { (rule) throws(VirtError) in try LogSink(rule)
        }
        state.withLock { $0.sinks = sinks }
    }

    /// One line, whatever names and messages of others are in it: a control character is written as `\n` would be,
    /// as `\0a`.
    static func plain(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.flatMap { (byte) -> [UInt8] in
            if byte >= 0x20, byte != 0x7f { return [byte] }
            let digits = Array("0123456789abcdef".utf8)
            return [UInt8(ascii: "\\"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
