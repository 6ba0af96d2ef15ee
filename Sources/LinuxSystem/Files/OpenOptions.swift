import CLinux
import Glibc

/// How a file is opened. Every file that this module opens is closed on exec and is no controlling terminal.
public struct OpenOptions: OptionSet, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public static let readOnly = OpenOptions([])
    public static let writeOnly = OpenOptions(rawValue: O_WRONLY)
    public static let readWrite = OpenOptions(rawValue: O_RDWR)
    /// Makes the file when it is missing.
    public static let create = OpenOptions(rawValue: O_CREAT)
    /// Refuses a file that is there already; with `create`.
    public static let exclusive = OpenOptions(rawValue: O_EXCL)
    public static let truncate = OpenOptions(rawValue: O_TRUNC)
    public static let append = OpenOptions(rawValue: O_APPEND)
    /// Refuses what is no directory.
    public static let directory = OpenOptions(rawValue: O_DIRECTORY)
    public static let nonBlocking = OpenOptions(rawValue: O_NONBLOCK)
    /// Only points at the file: for facts, and for handing it on.
    public static let pathOnly = OpenOptions(rawValue: Int32(CLINUX_O_PATH))
}

/// What happens to symbolic links in a path.
public enum LinkPolicy: Hashable, Sendable {
    case follow
    /// The last part must be no link (`ELOOP`).
    case refuseLast
    /// No part may be a link (`ELOOP`).
    case refuseAll
    /// Links of root and of this process' user are followed, those of others refused (`ELOOP`): for paths through folders
    /// that others write in.
    case trusted
}
