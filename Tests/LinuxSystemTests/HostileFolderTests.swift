import Glibc
import LinuxSystem
import PublishedData
import Testing

/// Folders in which somebody else writes, and changes what stands at a path while we act on it.
@Suite struct HostileFolderTests {
    let folder: Folder
    private var path: String { folder.path }
    private static let other: UInt32 = 54_321

    init() throws { folder = try Folder() }

    /// Does `body` a number of times, while another thread has a link stand in the place of `name` every now and then.
    private func swapping(_ name: String, for target: String, times: Int, _ body: () throws -> Void)
        async rethrows
    {
        let (place, aside) = ("\(path)/\(name)", "\(path)/aside")
        let swapper = Task.detached {
            while !Task.isCancelled {
                rename(place, aside)
                symlink(target, place)
                unlink(place)
                rename(aside, place)
            }
        }
        for _ in 0..<times { try body() }
        swapper.cancel()
        await swapper.value
        try? FileSystem.removeTree(aside)
    }

    @Test("a link that is swapped in for a directory while its tree is removed isn't followed")
    func removeTreeRace() async throws {
        try FileSystem.makeDirectory(path + "/kept")
        for number in 0..<15 {
            try FileSystem.replace("\(path)/kept/\(number)", with: "x", survivesPowerCut: false)
        }
        await swapping("tree/sub", for: path + "/kept", times: 300) {
            try? FileSystem.makeDirectory(path + "/tree/sub", parents: true)
            for number in 0..<15 {
                let file = "\(path)/tree/sub/\(number)"
                _ = try? FileSystem.open(file, [.writeOnly, .create, .exclusive], links: .refuseAll)
            }
            try? FileSystem.removeTree(path + "/tree")
        }
        #expect(try FileSystem.names(in: path + "/kept").count == 15)
    }

    @Test("a tree goes however deep it is, and whatever rights its directories have")
    func deepTree() throws {
        try FileSystem.makeDirectory(path + "/tree")
        let former = open(".", O_RDONLY | O_DIRECTORY)
        defer { close(former) }
        var here = open(path + "/tree", O_RDONLY | O_DIRECTORY)
        for _ in 0..<3000 {
            mkdirat(here, "deeper", 0o700)
            let next = openat(here, "deeper", O_RDONLY | O_DIRECTORY)
            close(here)
            here = next
        }
        fchmod(here, 0)
        close(here)
        try FileSystem.removeTree(path + "/tree")
        #expect(!FileSystem.exists(path + "/tree"))
        try FileSystem.removeTree(path + "/tree")
    }

    @Test("a link to a directory is removed, and the directory stays")
    func linkToTree() throws {
        try FileSystem.makeDirectory(path + "/kept/in", parents: true)
        try FileSystem.makeLink(at: path + "/link", to: path + "/kept")
        try FileSystem.removeTree(path + "/link")
        #expect(try FileSystem.names(in: path) == ["kept"])
        #expect(FileSystem.exists(path + "/kept/in"))
    }

    @Test("a link that is swapped in for a new socket leaves what it leads to as it is")
    func listenRace() async throws {
        try FileSystem.replace(path + "/kept", with: "x", mode: 0o600)
        await swapping("socket", for: path + "/kept", times: 2000) {
            _ = try? UnixSocket.listen(at: path + "/socket", mode: 0o666)
            _ = try? FileSystem.remove(path + "/socket")
        }
        #expect(try FileSystem.status(of: path + "/kept").mode == 0o600)
    }

    @Test("what stands at a socket's place already isn't touched")
    func premade() throws {
        try FileSystem.replace(path + "/kept", with: "x", mode: 0o600)
        try FileSystem.makeLink(at: path + "/socket", to: path + "/kept")
        #expect(throws: SystemError.self) { try UnixSocket.listen(at: path + "/socket", mode: 0o666) }
        try FileSystem.remove(path + "/socket")
        try FileSystem.makeLink(at: path + "/socket", to: path + "/made")
        #expect(throws: SystemError.self) { try UnixSocket.listen(at: path + "/socket", mode: 0o666) }
        #expect(try FileSystem.names(in: path) == ["kept", "socket"])
        #expect(try FileSystem.status(of: path + "/kept").mode == 0o600)
    }

    @Test("who must be listening is looked at, and no link is followed there")
    func listeners() throws {
        let socket = path + "/socket"
        let listener = try UnixSocket.listen(at: socket)
        _ = try UnixSocket.connect(to: socket, listeners: [ThisProcess.user])
        let stranger = #expect(throws: SystemError.self) {
            try UnixSocket.connect(to: socket, listeners: [Self.other])
        }
        #expect(stranger?.errno == EPERM)
        try FileSystem.makeLink(at: path + "/link", to: socket)
        _ = try UnixSocket.connect(to: path + "/link")
        let link = #expect(throws: SystemError.self) {
            try UnixSocket.connect(to: path + "/link", listeners: [ThisProcess.user])
        }
        #expect(link?.errno == ENOTSOCK)
        withExtendedLifetime(listener) {}
    }

    @Test("a path is walked as the kernel walks it")
    func walk() throws {
        try FileSystem.makeDirectory(path + "/a/b", parents: true)
        try FileSystem.replace(path + "/a/file", with: "x")
        try FileSystem.makeLink(at: path + "/a/b/up", to: "../../link")
        try FileSystem.makeLink(at: path + "/link", to: path + "/a/./file")
        try FileSystem.makeLink(at: path + "/round", to: "round")
        for name in ["/a/b/up", "//a//b/../file", "/a/b", "/link", ""] {
            let found = try FileSystem.find(path + name)
            #expect(found.path == (try FileSystem.realPath(path + name)))
            #expect(found.linkOwners.isEmpty)
        }
        let endless = #expect(throws: SystemError.self) { try FileSystem.find(path + "/round") }
        #expect(endless?.errno == ELOOP)
        #expect(try FileSystem.find("/").path == "/")
    }

    @Test("a link of another user's is not followed where that is asked", .needsRoot)
    func trusted() throws {
        try FileSystem.replace(path + "/file", with: "x")
        try FileSystem.makeDirectory(path + "/folder")
        for (link, target) in [
            ("own", "file"), ("others", "file"), ("ownFolder", "folder"), ("othersFolder", "folder"),
        ] {
            try FileSystem.makeLink(at: "\(path)/\(link)", to: target)
            if link.hasPrefix("others") { lchown("\(path)/\(link)", Self.other, Self.other) }
        }
        let write: OpenOptions = [.writeOnly, .create, .truncate]
        for name in ["/others", "/othersFolder/new"] {
            let error = #expect(throws: SystemError.self) {
                try FileSystem.open(path + name, write, links: .trusted)
            }
            #expect(error?.errno == ELOOP)
        }
        #expect(try FileSystem.readText(path + "/file") == "x")
        try FileSystem.open(path + "/ownFolder/new", write, links: .trusted).writeAll("new".utf8)
        #expect(try FileSystem.readText(path + "/folder/new") == "new")
        try FileSystem.open(path + "/own", write, links: .trusted).writeAll("y".utf8)
        #expect(try FileSystem.readText(path + "/file") == "y")
        // A link that leads nowhere is no place to make a file at.
        try FileSystem.makeLink(at: path + "/nowhere", to: path + "/made")
        #expect(throws: SystemError.self) { try FileSystem.open(path + "/nowhere", write, links: .trusted) }
        #expect(!FileSystem.exists(path + "/made"))
    }

    @Test("a pseudoterminal is opened for whom it belongs to, and nothing else as one")
    func terminal() throws {
        let (master, name) = try newTerminal()
        let terminal = try Pseudoterminal(name, of: ThisProcess.user).open()
        #expect(isatty(terminal.rawValue) == 1)
        #expect(throws: SystemError(call: "open", errno: EPERM, context: name)) {
            try Pseudoterminal(name, of: Self.other)
        }
        try FileSystem.makeLink(at: path + "/link", to: name)
        try FileSystem.replace(path + "/file", with: "x")
        for place in ["/dev/null", "/dev/ptmx", "/dev/tty", path + "/link", path + "/file", path] {
            let error = #expect(throws: SystemError.self) { try Pseudoterminal(place, of: ThisProcess.user) }
            #expect(error?.errno == ENOTTY)
        }
        if mknod(path + "/device", S_IFCHR | 0o666, 136 << 8) == 0 {
            #expect(throws: SystemError.self) { try Pseudoterminal(path + "/device", of: ThisProcess.user) }
        }
        withExtendedLifetime(master) {}
    }
}

/// A pseudoterminal: the side that is ours, and the name of the other.
private func newTerminal() throws -> (Descriptor, String) {
    typealias Unlock = @convention(c) (Int32) -> Int32
    typealias Name = @convention(c) (Int32, UnsafeMutablePointer<CChar>, Int) -> Int32
    let master = Descriptor(owning: open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC))
    // The C library's module leaves these out.
    let unlock = unsafeBitCast(try #require(dlsym(nil, "unlockpt")), to: Unlock.self)
    let name = unsafeBitCast(try #require(dlsym(nil, "ptsname_r")), to: Name.self)
    var buffer = [CChar](repeating: 0, count: 64)
    #expect(unlock(master.rawValue) == 0 && name(master.rawValue, &buffer, buffer.count) == 0)
    return (master, String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
}
