import ByteText
import LinuxSystem

/// The end of a log, for people.
enum LogTail {
    /// How many lines tell why a program isn't there.
    static let ofProgram = 4

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
