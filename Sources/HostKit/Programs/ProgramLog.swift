import Glibc
import LinuxSystem

/// The file that a program's outputs go to, and lines of the daemon's own about it.
public struct ProgramLog: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    /// Opens the file to write lines to it; may wait.
    public func open() throws(SystemError) -> Descriptor {
        try FileSystem.open(path, [.writeOnly, .create, .append], mode: 0o600, links: .refuseLast)
    }

    /// The file for a program to write to, in a folder of the daemon's own; may wait.
    public func forProgram() throws(SystemError) -> LogFile { try LogFile(open(), at: path) }

    /// The file for a program to write to; it is given to `owner`. May wait.
    ///
    /// The folder may be `owner`'s: what stands there must be a file of that one name, and nothing else's.
    public func forProgram(of owner: FileOwner?) throws(SystemError) -> LogFile {
        let file = try FileSystem.open(
            path, [.writeOnly, .create, .append, .nonBlocking], mode: 0o600, links: .refuseLast)
        let status = try file.status()
        guard status.kind == .regular, status.names == 1 else {
            throw SystemError(call: "open", errno: EPERM, context: path)
        }
        if let owner { try file.setOwner(user: owner.user, group: owner.group) }
        return try LogFile(file, at: path)
    }

    /// Appends a line with the time; a failure is nothing to stop for. May wait.
    public func note(_ text: String) {
        guard let file = try? open() else { return }
        try? file.writeAll("\(CalendarTime.now): \(text)\n".utf8)
    }

    /// The last lines of what was written after `offset`, for an error's message; may wait.
    public func tail(_ lines: Int, from offset: UInt64) -> String {
        LogTail.lines(lines, of: path, from: offset)
    }

    /// The file's size now; may wait.
    public var size: UInt64 { (try? FileSystem.status(of: path, links: .refuseLast))?.size ?? 0 }
}
