import ByteText
import Logging
import Virt

/// How important a line is, as libvirt counts it.
enum LogPriority: Int, Comparable, Sendable {
    case debug = 1
    case info, warning, error

    init(_ level: Logger.Level) {
        switch level {
        case .trace, .debug: self = .debug
        case .info, .notice: self = .info
        case .warning: self = .warning
        case .error, .critical: self = .error
        }
    }

    init?(_ text: Substring) {
        guard let number = Int(text), let priority = LogPriority(rawValue: number) else { return nil }
        self = priority
    }

    static func < (one: LogPriority, other: LogPriority) -> Bool { one.rawValue < other.rawValue }

    /// The least that is told of where lines of this importance are.
    var level: Logger.Level {
        switch self {
        case .debug: .trace
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}

/// From which importance on lines of some parts of the daemon are written: `1:qemu`.
struct LogFilter: Equatable, Sendable {
    let priority: LogPriority
    /// What the names of those parts contain.
    let match: String

    init(_ text: Substring) throws(VirtError) {
        guard let (priority, match) = text.cut(atByte: ":") else {
            throw .wrongLogRule("Malformed format for filter '\(text)'")
        }
        guard let known = LogPriority(priority) else {
            throw .wrongLogRule("Invalid priority '\(priority)' for filter '\(text)'")
        }
        if match.isEmpty { throw .wrongLogRule("Invalid match string ''") }
        (self.priority, self.match) = (known, String(match))
    }

    /// The filters of a list, which blanks separate.
    static func list(_ text: String) throws(VirtError) -> [LogFilter] {
        try text.split(atByte: " ").map { (word) throws(VirtError) in try LogFilter(word) }
    }

    /// As libvirt shows it.
    var text: String { "\(priority.rawValue):*\(match)*" }
}

/// Where lines go, from which importance on: `2:file:/var/log/roost/roostd.log`.
struct LogOutputRule: Equatable, Sendable {
    enum Destination: Equatable, Sendable {
        case standardError, journal
        case file(String)
        /// The system's log, under a name.
        case system(String)
    }

    let priority: LogPriority
    let destination: Destination

    init(_ priority: LogPriority, _ destination: Destination) {
        (self.priority, self.destination) = (priority, destination)
    }

    init(_ text: Substring) throws(VirtError) {
        let parts = text.split(atByte: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count > 1 else { throw .wrongLogRule("Malformed format for log output '\(text)'") }
        guard let priority = LogPriority(parts[0]) else {
            throw .wrongLogRule("Invalid log priority '\(parts[0])' for log output '\(text)'")
        }
        let target = parts.count > 2 && !parts[2].isEmpty ? String(parts[2]) : nil
        switch (parts[1], target) {
        case ("stderr", nil) where parts.count == 2: self.init(priority, .standardError)
        case ("journald", nil) where parts.count == 2: self.init(priority, .journal)
        case ("file", let path?): self.init(priority, .file(path.hasBytePrefix("/") ? path : "/" + path))
        case ("syslog", let name?): self.init(priority, .system(name))
        case ("stderr", _), ("journald", _), ("file", _), ("syslog", _):
            throw .wrongLogRule(
                "Log output '\(text)' does not meet the format requirements for destination type '\(parts[1])'"
            )
        default: throw .wrongLogRule("Invalid log destination '\(parts[1])' for log output '\(text)'")
        }
    }

    /// The outputs of a list, which blanks separate.
    static func list(_ text: String) throws(VirtError) -> [LogOutputRule] {
        try text.split(atByte: " ").map { (word) throws(VirtError) in try LogOutputRule(word) }
    }

    var text: String {
        let target =
            switch destination {
            case .standardError: "stderr"
            case .journal: "journald"
            case .file(let path): "file:\(path)"
            case .system(let name): "syslog:\(name)"
            }
        return "\(priority.rawValue):\(target)"
    }
}

extension VirtError {
    fileprivate static func wrongLogRule(_ detail: String) -> VirtError { VirtError(.invalidArg, detail) }
}
