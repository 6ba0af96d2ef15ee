import Glibc
import LinuxSystem
import Testing

@Suite struct FileTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test("replacing a file leaves the new content with exactly the mode asked for, and nothing beside it")
    func replace() throws {
        let path = folder.path + "/a.xml"
        try FileSystem.replace(path, with: "old", mode: 0o600)
        try FileSystem.replace(path, with: "new", mode: 0o666)
        #expect(try FileSystem.readText(path) == "new")
        #expect(try FileSystem.status(of: path).mode == 0o666)
        #expect(try FileSystem.names(in: folder.path) == ["a.xml"])
    }

    @Test("replacing a link replaces the link, not what it leads to")
    func replaceLink() throws {
        let (path, target) = (folder.path + "/link", folder.path + "/target")
        try FileSystem.replace(target, with: "untouched")
        try FileSystem.makeLink(at: path, to: target)
        try FileSystem.replace(path, with: "new")
        #expect(try FileSystem.readText(target) == "untouched")
        #expect(try FileSystem.status(of: path, links: .refuseLast).kind == .regular)
    }

    @Test("a missing folder is an error that names the file")
    func missing() throws {
        let path = folder.path + "/none/a"
        let error = #expect(throws: SystemError.self) { try FileSystem.replace(path, with: "x") }
        #expect(error?.errno == ENOENT)
        #expect(throws: SystemError(call: "open", errno: ENOENT, context: path)) {
            try FileSystem.read(path, limit: 10)
        }
        #expect(
            SystemError(call: "open", errno: ENOENT, context: "/x").description
                == "open '/x': No such file or directory")
    }

    @Test("more than the limit is refused")
    func limit() throws {
        let path = folder.path + "/a"
        try FileSystem.replace(path, with: "12345")
        #expect(try FileSystem.read(path, limit: 5).count == 5)
        let error = #expect(throws: SystemError.self) { try FileSystem.read(path, limit: 4) }
        #expect(error?.errno == EFBIG)
    }

    @Test("links are refused where they are not wanted")
    func links() throws {
        let path = folder.path
        try FileSystem.makeDirectory(path + "/real/deep", mode: 0o755, parents: true)
        try FileSystem.replace(path + "/real/file", with: "x")
        try FileSystem.makeLink(at: path + "/folder", to: "real")
        try FileSystem.makeLink(at: path + "/file", to: "real/file")
        #expect(try FileSystem.readLink(path + "/file") == "real/file")
        #expect(try FileSystem.read(path + "/folder/file", limit: 9, links: .refuseLast).count == 1)
        for (name, policy) in [("/file", LinkPolicy.refuseLast), ("/folder/file", .refuseAll)] {
            let error = #expect(throws: SystemError.self) {
                try FileSystem.read(path + name, limit: 9, links: policy)
            }
            #expect(error?.errno == ELOOP)
        }
        #expect(try FileSystem.status(of: path + "/real/deep").mode == 0o755)
    }

    @Test("a tree goes with all that is in it, but not what its links lead to")
    func removeTree() throws {
        let path = folder.path
        try FileSystem.makeDirectory(path + "/tree/b/c", parents: true)
        try FileSystem.replace(path + "/kept", with: "x")
        try FileSystem.makeLink(at: path + "/tree/link", to: path)
        try FileSystem.removeTree(path + "/tree")
        #expect(try FileSystem.names(in: path) == ["kept"])
        #expect(try FileSystem.remove(path + "/none") == false)
    }

    @Test("what stands above a path", arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("/a/b/", "/a")])
    func parents(path: String, parent: String) {
        #expect(FileSystem.parent(of: path) == parent)
        #expect(FileSystem.parent(of: "/") == nil)
    }

    @Test("a lock file has one holder, whose process the second one learns")
    func lock() throws {
        let path = folder.path + "/lock"
        guard case .acquired(let lock) = try LockFile.acquire(path) else {
            Issue.record("a new lock was held")
            return
        }
        guard case .held(let process) = try LockFile.acquire(path) else {
            Issue.record("a held lock was given again")
            return
        }
        #expect(process == ThisProcess.id)
        withExtendedLifetime(lock) {}
    }

    @Test("a lock goes with its holder")
    func unlock() throws {
        let path = folder.path + "/lock"
        for _ in 0..<2 {
            guard case .acquired = try LockFile.acquire(path) else {
                Issue.record("the lock was held")
                return
            }
        }
    }

    @Test("a path is taken apart at the byte of a slash, whatever joins it")
    func joinedSlashes() throws {
        #expect(FileSystem.lastPart(of: "/etc/\u{301}x").utf8.elementsEqual("\u{301}x".utf8))
        #expect(FileSystem.parent(of: "/etc/\u{301}x") == "/etc")
        #expect(FileSystem.parent(of: "/etc\u{600}/x")?.utf8.elementsEqual("/etc\u{600}".utf8) == true)
        #expect(FileSystem.parent(of: "/\u{301}") == "/")
    }
}
