import ByteText
import LinuxSystem

/// The log file of one guest: what QEMU says, and when it was started and ended.
struct GuestLog: Sendable {
    let path: String

    init(_ folder: String, name: String) { path = "\(folder)/\(name).log" }

    /// Opens the file for QEMU to write to; may wait.
    func open() throws(SystemError) -> Descriptor {
        try FileSystem.open(path, [.writeOnly, .create, .append], mode: 0o600, links: .refuseLast)
    }

    /// Appends a line with the time; a failure is nothing to stop for. May wait.
    func note(_ text: String) {
        guard let file = try? open() else { return }
        try? file.writeAll("\(CalendarTime.now): \(text)\n".utf8)
    }

    /// What was written after `offset`, for an error's message: the last lines, without ours.
    func tail(from offset: UInt64) -> String {
        guard let text = try? FileSystem.readText(path, limit: 64 << 20) else { return "" }
        let lines = text.utf8.dropFirst(Int(clamping: offset))
        return String(Substring(lines)).split(atByte: "\n").suffix(8).joined(separator: "\n")
    }

    /// The file's size now.
    var size: UInt64 { (try? FileSystem.status(of: path))?.size ?? 0 }
}
