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
        let line = "\(CalendarTime.now) \(event.level): \(label): \(event.message)\(extra)"
        try? file.writeAll(Self.plain(line.utf8) + [UInt8(ascii: "\n")])
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
