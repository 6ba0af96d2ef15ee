import ByteText
import LinuxSystem

/// The log file of one guest: what QEMU says, and when it was started and ended.
struct GuestLog: Sendable {
    let path: String

    init(_ folder: String, name: String) { path = "\(folder)/\(name).log" }

    /// Opens the file to write lines to it; may wait.
    func open() throws(SystemError) -> Descriptor {
        try FileSystem.open(path, [.writeOnly, .create, .append], mode: 0o600, links: .refuseLast)
    }

    /// The file for QEMU to write to; may wait.
    func forProgram() throws(SystemError) -> LogFile { try LogFile(open(), at: path) }

    /// Appends a line with the time; a failure is nothing to stop for. May wait.
    func note(_ text: String) {
        guard let file = try? open() else { return }
        try? file.writeAll("\(CalendarTime.now): \(text)\n".utf8)
    }

    /// What was written after `offset`, for an error's message: the last lines, without ours.
    func tail(from offset: UInt64) -> String { LogTail.lines(8, of: path, from: offset) }

    /// The file's size now.
    var size: UInt64 { (try? FileSystem.status(of: path, links: .refuseLast))?.size ?? 0 }
}

/// The end of a log, for people.
enum LogTail {
    /// How much of a log is looked at.
    private static let most: UInt64 = 16 << 10

    /// The last lines of what was written after `offset`, or since the file turned over meanwhile; nothing where no file is.
    /// May wait.
    static func lines(_ count: Int, of path: String, from offset: UInt64) -> String {
        guard let file = try? FileSystem.open(path, [.readOnly, .nonBlocking], links: .refuseLast),
            let status = try? file.status(), status.kind == .regular
        else { return "" }
        let start = max(status.size < offset ? 0 : offset, status.size > most ? status.size - most : 0)
        guard let bytes = try? file.read(at: start, atMost: Int(most)) else { return "" }
        let lines = String(decoding: bytes, as: UTF8.self).split(atByte: "\n")
        return lines.suffix(count).joined(separator: "\n")
    }
}
