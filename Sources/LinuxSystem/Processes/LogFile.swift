import Glibc

/// A file that what a launched program says goes into. When it is full it becomes `NAME.0`, what was `NAME.0` becomes
/// `NAME.1` and so on, and a new one is begun.
///
/// Between the program and the file stands a process of `roost-launch`'s, which outlives this one and ends when nobody
/// holds ``input`` any longer.
public struct LogFile: Sendable {
    /// The program's end: what is written there goes into the file.
    public let input: Descriptor
    private let output: Descriptor
    private let file: Descriptor
    private let folder: Descriptor
    private let name: String

    /// For a regular file that is open for appending and stands at `path`; may wait.
    ///
    /// - Parameter isNonBlocking: whether the program is to be told `EAGAIN` rather than to wait for the writer.
    public init(_ file: Descriptor, at path: String, isNonBlocking: Bool = false) throws(SystemError) {
        let found = try FileSystem.find(path)
        let (ours, opened) = (try file.status(), try found.descriptor.status())
        guard ours.kind == .regular, ours.device == opened.device, ours.inode == opened.inode else {
            throw SystemError(call: "open", errno: EPERM, context: path)
        }
        self.file = file
        folder = try FileSystem.open(FileSystem.parent(of: found.path) ?? "/", .directory, links: .trusted)
        name = FileSystem.lastPart(of: found.path)
        let pipe = try Pipe()
        (input, output) = (pipe.writeEnd, pipe.readEnd)
        if isNonBlocking { try input.setNonBlocking() }
    }

    /// What the writer needs, in the order in which `roost-launch` takes their numbers.
    var forWriter: [Descriptor] { [output, file, folder] }

    /// `--log` with the numbers that these have in `roost-launch`.
    func option(_ numbers: [Int32]) -> String {
        "--log=\(numbers.map { "\($0)" }.joined(separator: ":")):\(name)"
    }

    /// Closes all of it here: the program and its writer have their own.
    public func close() { for descriptor in forWriter + [input] { descriptor.close() } }
}

/// When logs turn over.
public struct LogLimits: Hashable, Sendable {
    /// How many bytes a file has at most; 0 for any number.
    public var size: UInt64
    /// How many former files are kept.
    public var backups: UInt32

    public init(size: UInt64 = 2 << 20, backups: UInt32 = 3) {
        (self.size, self.backups) = (size, backups)
    }
}

/// Tells when all that programs have said is in their files.
public final class LogEnd: Sendable {
    private let pipe: Pipe

    public init() throws(SystemError) { pipe = try Pipe() }

    /// What the writers hold open until they are done.
    var held: Descriptor { pipe.writeEnd }

    /// Waits for the writers' end, which follows that of the programs, at most `limit`. Nothing can be launched with it
    /// afterwards.
    public func wait(within limit: Duration) async {
        pipe.writeEnd.close()
        try? pipe.readEnd.setNonBlocking()
        _ = try? await pipe.readEnd.firstBytes(within: limit)
    }
}
