import ByteText
import CLinux
import Glibc

/// What a path leads to, held open: what is done by the descriptor is done to this and nothing else, whoever changes the
/// path meanwhile.
public struct FoundPath: Sendable {
    /// Open with `.pathOnly`.
    public let descriptor: Descriptor
    /// The path without links.
    public let path: String
    /// The users whose links were followed on the way, but for root and this process' own.
    public let linkOwners: Set<UInt32>

    /// Opens the same file for use. Only for what may be opened by anybody who can see it under `/proc`.
    func reopen(_ options: OpenOptions) throws(SystemError) -> Descriptor {
        try FileSystem.open(descriptor.procPath, options)
    }
}

extension FileSystem {
    /// Walks a path, a part at a time. May wait.
    public static func find(_ path: String) throws(SystemError) -> FoundPath {
        var walk = try PathWalk(path)
        while try walk.step() {}
        return FoundPath(
            descriptor: walk.here, path: "/" + walk.names.joined(separator: "/"), linkOwners: walk.linkOwners)
    }

    /// Opens a file by a path that has no links of others in it.
    static func openTrusted(
        _ path: String, _ options: OpenOptions, mode: UInt32
    ) throws(SystemError) -> Descriptor {
        do throws(SystemError) {
            if options.contains(.exclusive) { return try make(path, options, mode) }
            return try trusted(path).reopen(options.subtracting(.create))
        } catch {
            guard error.errno == ENOENT, options.contains(.create) else { throw error }
            return try make(path, options, mode)
        }
    }

    private static func make(
        _ path: String, _ options: OpenOptions, _ mode: UInt32
    ) throws(SystemError) -> Descriptor {
        let folder: Descriptor
        do throws(SystemError) {
            folder = try trusted(parent(of: path) ?? "/").descriptor
        } catch {
            // Who asked for a file is told of that.
            throw error.errno == ELOOP
                ? error : SystemError(call: error.call, errno: error.errno, context: path)
        }
        let flags = options.rawValue | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW
        return Descriptor(
            owning: try checked("open", path) {
                clinux_openat(folder.rawValue, lastPart(of: path), flags, mode)
            })
    }

    private static func trusted(_ path: String) throws(SystemError) -> FoundPath {
        let found = try find(path)
        if let other = found.linkOwners.first {
            throw SystemError(call: "open", errno: ELOOP, context: "\(path), a link of user \(other)")
        }
        return found
    }
}

extension Descriptor {
    /// A path that leads to the open file, even one that is open with `.pathOnly`.
    var procPath: String { "/proc/self/fd/\(rawValue)" }
}

/// A path on the way to what it leads to.
private struct PathWalk {
    private let path: String
    private(set) var here: Descriptor
    /// The path so far, without links.
    private(set) var names: [String] = []
    private(set) var linkOwners: Set<UInt32> = []
    /// What is still to be walked, the next part last.
    private var rest: [Substring]
    private var links = 0

    /// As the kernel's own limit.
    private static let mostLinks = 40

    init(_ path: String) throws(SystemError) {
        self.path = path
        let isAbsolute = path.hasBytePrefix("/")
        let start = isAbsolute ? "/" : try ThisProcess.currentDirectory()
        here = try FileSystem.open(start, [.directory, .pathOnly])
        names = Self.parts(start).reversed().map(String.init)
        rest = Self.parts(path)
    }

    private static func parts(_ path: String) -> [Substring] {
        path.split(atByte: "/").reversed()
    }

    /// Goes one part on; false at the end.
    mutating func step() throws(SystemError) -> Bool {
        guard let part = rest.popLast() else { return false }
        if part.hasSameBytes(as: ".") { return true }
        let name = String(part)
        let flags = Int32(CLINUX_O_PATH) | O_NOFOLLOW | O_CLOEXEC
        let (folder, whole) = (here, path)
        let next = Descriptor(
            owning: try checked("open", whole) { clinux_openat(folder.rawValue, name, flags, 0) })
        let status = try next.status()
        if status.kind == .symbolicLink { try follow(next, status.user) } else { enter(next, name) }
        return true
    }

    private mutating func enter(_ next: Descriptor, _ name: String) {
        here = next
        if name.hasSameBytes(as: "..") { _ = names.popLast() } else { names.append(name) }
    }

    private mutating func follow(_ link: Descriptor, _ owner: UInt32) throws(SystemError) {
        links += 1
        if links > Self.mostLinks { throw SystemError(call: "open", errno: ELOOP, context: path) }
        if owner != 0, owner != geteuid() { linkOwners.insert(owner) }
        let target = try link.linkTarget()
        rest += Self.parts(target)
        guard target.hasBytePrefix("/") else { return }
        here = try FileSystem.open("/", [.directory, .pathOnly])
        names = []
    }
}

extension Descriptor {
    /// Where the link leads that is open with `.pathOnly`.
    fileprivate func linkTarget() throws(SystemError) -> String {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) {
            (buffer) throws(SystemError) in
            let count = try checked("readlink") {
                buffer.baseAddress.map { readlinkat(rawValue, "", $0, buffer.count) } ?? 0
            }
            return String(decoding: buffer.prefix(count).lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
