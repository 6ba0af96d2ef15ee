import CLinux
import Glibc

/// A file that one process at a time holds, with that process's id in it. The lock ends with the process or
/// with the last reference; the file stays, so that nobody can lock a file that is no longer there.
public final class LockFile: Sendable {
    private let file: Descriptor

    private init(file: Descriptor) {
        self.file = file
    }

    /// What an attempt to lock came to.
    public enum Attempt: Sendable {
        case acquired(LockFile)
        /// Another process holds it; its id when the file says it.
        case held(by: Int32?)
    }

    /// Tries to lock `path`, making the file if need be. It never waits for the holder.
    public static func acquire(_ path: String) throws(SystemError) -> Attempt {
        let file = try FileSystem.open(path, [.readWrite, .create], mode: 0o644, links: .refuseLast)
        do throws(SystemError) {
            try checked("flock", path) { clinux_flock(file.rawValue, LOCK_EX | LOCK_NB) }
        } catch {
            guard error.errno == EWOULDBLOCK else { throw error }
            let text = try? file.readToEnd(limit: 64)
            return .held(by: text.flatMap { Int32(String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self)) })
        }
        try checked("ftruncate", path) { ftruncate(file.rawValue, 0) }
        // The number only tells people who holds it: a full disk takes the lock all the same.
        try? file.writeAll("\(getpid())\n".utf8)
        return .acquired(LockFile(file: file))
    }
}
