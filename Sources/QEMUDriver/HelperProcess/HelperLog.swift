import ByteText
import Glibc
import LinuxSystem

/// The file that a helper's outputs go to.
struct HelperLog: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    /// The file for the program to write to; it is given to `owner`. May wait.
    ///
    /// The folder may be `owner`'s: what stands there must be a file of that one name, and nothing else's.
    func forProgram(of owner: FileOwner?) throws(SystemError) -> LogFile {
        let file = try FileSystem.open(
            path, [.writeOnly, .create, .append, .nonBlocking], mode: 0o600, links: .refuseLast)
        let status = try file.status()
        guard status.kind == .regular, status.names == 1 else {
            throw SystemError(call: "open", errno: EPERM, context: path)
        }
        if let owner { try file.setOwner(user: owner.user, group: owner.group) }
        return try LogFile(file, at: path)
    }

    /// The file's size now; may wait.
    var size: UInt64 { (try? FileSystem.status(of: path, links: .refuseLast))?.size ?? 0 }

    /// The last lines of what was written after `offset`, for an error's message; may wait.
    func tail(from offset: UInt64) -> String { LogTail.lines(4, of: path, from: offset) }
}
