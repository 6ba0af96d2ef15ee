import ByteText
import LinuxSystem
import Logging
import Virt

/// An open place that lines are written to.
struct LogSink: Sendable {
    let rule: LogOutputRule
    private let descriptor: Descriptor

    /// Opens it. May wait.
    init(_ rule: LogOutputRule) throws(VirtError) {
        self.rule = rule
        do throws(SystemError) {
            descriptor =
                switch rule.destination {
                case .standardError: .standardError
                case .file(let path):
                    try FileSystem.open(path, [.writeOnly, .create, .append], mode: 0o600)
                case .journal: try UnixSocket.datagram(to: "/run/systemd/journal/socket")
                case .system: try UnixSocket.datagram(to: "/dev/log")
                }
        } catch {
            throw VirtError(.systemError, "the log can't go to '\(rule.text)': \(error)")
        }
    }

    /// Where the log goes that `descriptor` stands for already.
    init(_ rule: LogOutputRule, _ descriptor: Descriptor) {
        (self.rule, self.descriptor) = (rule, descriptor)
    }

    func write(_ priority: LogPriority, _ level: Logger.Level, _ text: [UInt8]) {
        if priority < rule.priority { return }
        switch rule.destination {
        case .standardError, .file:
            try? descriptor.writeAll(
                Array("\(CalendarTime.now) \(level): ".utf8) + text + [UInt8(ascii: "\n")])
        case .journal:
            try? descriptor.writeAll(
                Array("PRIORITY=\(priority.severity)\nSYSLOG_IDENTIFIER=roostd\nMESSAGE=".utf8) + text)
        case .system(let name):
            // The facility of daemons.
            let head = "<\(3 << 3 | priority.severity)>\(name)[\(ThisProcess.id)]: "
            try? descriptor.writeAll(Array(head.utf8) + text)
        }
    }
}

extension LogPriority {
    /// The same as the system's log counts it.
    fileprivate var severity: Int {
        switch self {
        case .debug: 7
        case .info: 6
        case .warning: 4
        case .error: 3
        }
    }
}
