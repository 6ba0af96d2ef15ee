import CLinux
import Glibc

/// Facts about a file.
public struct FileStatus: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case regular, directory, symbolicLink, socket, pipe, blockDevice, characterDevice, unknown
    }

    public let kind: Kind
    /// Size in bytes.
    public let size: UInt64
    /// How much of the disk it takes, in bytes; less than `size` when there are holes.
    public let allocated: UInt64
    /// Permission bits with set-user, set-group and sticky, such as `0o644`.
    public let mode: UInt32
    public let user: UInt32
    public let group: UInt32
    public let inode: UInt64
    public let device: UInt64
    /// How many names the file has.
    public let names: UInt64
    /// The device that a device file stands for.
    public let representedDevice: UInt64
    /// Last change of the content, in nanoseconds since 1970.
    public let modified: Int64
    /// Last access, in nanoseconds since 1970.
    public let accessed: Int64
    /// Last change of the facts here, in nanoseconds since 1970.
    public let changed: Int64

    init(_ facts: stat) {
        kind = Self.kind(of: facts.st_mode)
        size = UInt64(clamping: facts.st_size)
        allocated = UInt64(clamping: facts.st_blocks) &* 512
        mode = facts.st_mode & 0o7777
        user = facts.st_uid
        group = facts.st_gid
        inode = UInt64(facts.st_ino)
        device = UInt64(facts.st_dev)
        names = UInt64(facts.st_nlink)
        representedDevice = UInt64(facts.st_rdev)
        modified = Self.nanoseconds(facts.st_mtim)
        accessed = Self.nanoseconds(facts.st_atim)
        changed = Self.nanoseconds(facts.st_ctim)
    }

    /// The kind of device that a device file stands for, as in `<sys/sysmacros.h>`.
    public var representedMajor: UInt32 {
        UInt32(truncatingIfNeeded: representedDevice >> 8 & 0xFFF | representedDevice >> 32 & 0xFFFF_F000)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static func kind(of mode: UInt32) -> Kind {
        switch mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .directory
        case S_IFLNK: .symbolicLink
        case S_IFSOCK: .socket
        case S_IFIFO: .pipe
        case S_IFBLK: .blockDevice
        case S_IFCHR: .characterDevice
        default: .unknown
        }
    }
}
