import LinuxSystem
import Logging

/// Writes a part's lines, with time and level, to where the daemon's log goes.
public struct DaemonLogHandler: LogHandler {
    let log: DaemonLog
    let label: String
    public var metadata: Logger.Metadata = [:]

    init(_ log: DaemonLog, label: String) { (self.log, self.label) = (log, label) }

    /// What is written of this part; the log as a whole decides that.
    public var logLevel: Logger.Level {
        get { log.level(of: label) }
        set {}
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let extra =
            all.isEmpty
            ? "" : " " + all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        log.write(event.level, "\(label): \(event.message)\(extra)")
    }
}
