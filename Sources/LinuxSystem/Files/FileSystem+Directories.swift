import ByteText
import CLinux
import Glibc

extension FileSystem {
    /// The names in a directory, sorted, without `.` and `..`.
    public static func names(in path: String) throws(SystemError) -> [String] {
        try entries(in: path).sorted()
    }

    /// The same in the order that the file system has them in.
    public static func entries(in path: String) throws(SystemError) -> [String] {
        guard let stream = opendir(path) else { throw .current("opendir", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = String(cString: clinux_entry_name(entry))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes a directory with exactly this mode, whatever the umask; one that is there is left as it is.
    ///
    /// - Parameter parents: make the missing directories above it too, with the same mode.
    public static func makeDirectory(
        _ path: String, mode: UInt32 = 0o700, parents: Bool = false
    ) throws(SystemError) {
        if mkdir(path, mode & 0o700) == 0 {
            if mode != 0o700 { try open(path, .directory, links: .refuseLast).setMode(mode) }
            return
        }
        let failure = SystemError.current("mkdir", path)
        if failure.errno == ENOENT, parents, let parent = parent(of: path) {
            try makeDirectory(parent, mode: mode, parents: true)
            return try makeDirectory(path, mode: mode)
        }
        guard failure.errno == EEXIST, try status(of: path).kind == .directory else { throw failure }
    }

    /// Makes a directory with a new name that starts with `prefix`, for this user alone.
    public static func makeTemporaryDirectory(prefix: String) throws(SystemError) -> String {
        for _ in 0..<100 {
            let path = prefix + Random.hexadecimal(bytes: 6)
            if mkdir(path, 0o700) == 0 { return path }
            if Glibc.errno != EEXIST { throw .current("mkdir", path) }
        }
        throw SystemError(call: "mkdir", errno: EEXIST, context: prefix)
    }

    /// The directory that a path stands in: `/a` for `/a/b`, `.` for `b`, nil for `/`.
    public static func parent(of path: String) -> String? {
        var path = path[...]
        while path.utf8.count > 1, let shorter = path.droppingByteSuffix("/") { path = shorter }
        guard let slash = path.lastIndex(ofByte: "/") else { return path.hasSameBytes(as: ".") ? nil : "." }
        if slash == path.startIndex { return path.utf8.count == 1 ? nil : "/" }
        return String(path[..<slash])
    }

    /// The last part of a path: `b` for `/a/b`.
    public static func lastPart(of path: String) -> String {
        path.split(atByte: "/").last.map(String.init) ?? ""
    }
}

extension FileSystem {
    /// Removes a directory that has nothing in it.
    public static func removeEmptyFolder(_ path: String) throws(SystemError) {
        try checked("rmdir", path) { rmdir(path) }
    }
}
