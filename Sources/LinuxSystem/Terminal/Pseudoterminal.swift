import CLinux
import Glibc

/// The terminal's side of a pseudoterminal that another process has opened, such as `/dev/pts/7`. Its path is that
/// process' word alone, so it is looked at before it is opened: to open a device may do something already.
public struct Pseudoterminal: Sendable {
    private let found: Descriptor

    /// Looks at what stands at `path`: `ENOTTY` unless it is a pseudoterminal, and `EPERM` unless `user` has opened it.
    public init(_ path: String, of user: UInt32) throws(SystemError) {
        found = try FileSystem.open(path, .pathOnly, links: .refuseLast)
        let status = try found.status()
        let descriptor = found
        let fileSystem = try checked("fstatfs", path) { clinux_file_system(descriptor.rawValue) }
        guard status.kind == .characterDevice, Self.majors.contains(status.representedMajor),
            fileSystem == Self.fileSystem
        else { throw SystemError(call: "open", errno: ENOTTY, context: path) }
        guard status.user == user else { throw SystemError(call: "open", errno: EPERM, context: path) }
    }

    /// Opens it for reading and writing; it becomes nobody's controlling terminal.
    public func open() throws(SystemError) -> Descriptor {
        try FileSystem.open(found.procPath, [.readWrite, .nonBlocking])
    }

    /// Those of Unix98 pseudoterminals.
    private static let majors: ClosedRange<UInt32> = 136...143
    /// `DEVPTS_SUPER_MAGIC`
    private static let fileSystem: Int64 = 0x1CD1
}
