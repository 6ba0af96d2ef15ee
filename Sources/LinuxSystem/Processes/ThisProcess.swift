import ByteText
import Glibc

/// Facts about the running program.
public enum ThisProcess {
    public static var id: Int32 { getpid() }
    /// The user whose rights the process has.
    public static var user: UInt32 { geteuid() }
    /// The group whose rights the process has.
    public static var group: UInt32 { getegid() }
    public static var isRoot: Bool { user == 0 }
    /// From -1000 (never killed for memory) to 1000 (first).
    static var oomScoreAdjustment: Int {
        let text = try? FileSystem.readText("/proc/self/oom_score_adj", limit: 16)
        return text.flatMap { Int($0.trimmingBlanks()) } ?? 0
    }

    /// A variable of the environment.
    public static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The whole environment.
    public static var environment: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).utf8.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                result[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
            }
            entry += 1
        }
        return result
    }

    /// Where a program stands that was built or installed with this one: beside it, or in `libexec`; `ENOENT` where it is
    /// missing.
    public static func companion(_ name: String) throws(SystemError) -> String {
        let folder = FileSystem.parent(of: try executablePath()) ?? "/"
        let places = ["\(folder)/\(name)", "\(folder)/../libexec/\(name)"]
        guard let place = places.first(where: FileSystem.exists) else {
            throw SystemError(call: "exec", errno: ENOENT, context: places[0])
        }
        return place
    }

    /// Where the running program stands in the file system.
    public static func executablePath() throws(SystemError) -> String {
        try FileSystem.readLink("/proc/self/exe")
    }

    /// Sets the mask that takes permission bits from new files; answers the one before.
    @discardableResult
    public static func setFileMask(_ mask: UInt32) -> UInt32 { umask(mask) }

    /// The directory that relative paths start from.
    public static func currentDirectory() throws(SystemError) -> String {
        try FileSystem.readLink("/proc/self/cwd")
    }

    /// Has relative paths start from another directory.
    public static func changeDirectory(to path: String) throws(SystemError) {
        try checked("chdir", path) { chdir(path) }
    }

    /// Ends the program.
    public static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

    /// Ends the program without anything that is done at the end, whatever its other threads do.
    public static func exitAtOnce(_ status: Int32) -> Never { _exit(status) }
}
