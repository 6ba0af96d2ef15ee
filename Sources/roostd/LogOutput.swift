import LinuxSystem
import Logging

/// Writes lines with time and level to a descriptor: the standard error, or a file.
struct LogOutput: LogHandler {
    let file: Descriptor
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let extra =
            all.isEmpty
            ? "" : " " + all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let line = "\(CalendarTime.now) \(event.level): \(label): \(event.message)\(extra)\n"
        try? file.writeAll(line.utf8)
    }
}
