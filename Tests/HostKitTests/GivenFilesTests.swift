import Glibc
import LinuxSystem
import PublishedData
import Testing

@testable import HostKit

/// Files change hands only by the will of those who could give them away themselves.
@Suite(.needsRoot) final class GivenFilesTests {
    private let folder: String
    private let guests = FileOwner(user: 54_321, group: 54_321)
    private let alice: UInt32 = 54_322
    private let files: GivenFiles

    init() throws {
        folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-given-")
        files = GivenFiles(account: guests, groups: [])
    }

    deinit { try? FileSystem.removeTree(folder) }

    private func make(_ name: String, of user: UInt32) throws -> String {
        try FileSystem.replace("\(folder)/\(name)", with: "x", owner: FileOwner(user: user, group: user))
        return "\(folder)/\(name)"
    }

    private func link(_ name: String, to target: String, of user: UInt32) throws -> String {
        try FileSystem.makeLink(at: "\(folder)/\(name)", to: target)
        lchown("\(folder)/\(name)", user, user)
        return "\(folder)/\(name)"
    }

    private func give(_ path: String, isWritten: Bool = true) throws(SystemError) -> [FileOwnership] {
        let reserved = try files.reserve([UsedFile(path: path, isWritten: isWritten)])
        try files.handOver(reserved)
        return reserved
    }

    private func owner(_ path: String) throws -> UInt32 { try FileSystem.status(of: path).user }

    @Test("an image behind a link of root's, or of its own owner's, is given and taken back")
    func links() throws {
        for (name, linkOwner, fileOwner) in [("root", 0, alice), ("own", alice, alice), ("both", 0, 0)] {
            let file = try make("file-" + name, of: fileOwner)
            let path = try link(name, to: file, of: linkOwner)
            let given = try give(path)
            #expect(given == [FileOwnership(path: file, owner: FileOwner(user: fileOwner, group: fileOwner))])
            #expect(try owner(file) == guests.user)
            files.takeBack(given)
            #expect(try owner(file) == fileOwner)
        }
    }

    @Test("a link of somebody else's gives nobody's file away, wherever on the path it is")
    func othersLinks() throws {
        let file = try make("file", of: 0)
        let direct = try link("link", to: file, of: guests.user)
        let within = try link("folder", to: folder, of: alice) + "/file"
        for path in [direct, within] {
            let error = #expect(throws: SystemError.self) {
                try give(path)
            }
            #expect(error?.errno == EPERM)
            #expect(try owner(file) == 0)
        }
    }

    @Test("what guests can use as it is changes no hands, whose links may lead to it")
    func usable() throws {
        let file = try make("file", of: 0)
        chmod(file, 0o644)
        let path = try link("link", to: file, of: alice)
        #expect(try give(path, isWritten: false).isEmpty)
        #expect(try owner(file) == 0)
    }

    @Test("a file that was replaced by a link to another meanwhile takes nothing from anybody")
    func replaced() throws {
        let file = try make("file", of: alice)
        let others = try make("others", of: guests.user)
        let given = try give(file)
        try FileSystem.remove(file)
        _ = try link("file", to: others, of: guests.user)
        files.takeBack(given)
        #expect(try owner(others) == guests.user)
    }

    @Test(
        "a file changes hands once it is noted whose it was, and not when it is another by then"
    )
    func reserved() throws {
        let file = try make("file", of: alice)
        let reserved = try files.reserve([UsedFile(path: file, isWritten: true)])
        #expect(reserved.map(\.owner.user) == [alice])
        #expect(try owner(file) == alice)
        try FileSystem.remove(file)
        _ = try make("file", of: 0)
        let error = #expect(throws: SystemError.self) { try files.handOver(reserved) }
        #expect(error?.errno == ESTALE)
        files.takeBack(reserved)
        #expect(try owner(file) == 0)
    }
}
