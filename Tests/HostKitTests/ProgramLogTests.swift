import LinuxSystem
import Testing

@testable import HostKit

@Suite("The log of a program") final class ProgramLogTests {
    private let folder: String
    private let log: ProgramLog

    init() throws {
        folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-log-")
        log = ProgramLog(folder + "/a.log")
    }

    deinit { try? FileSystem.removeTree(folder) }

    @Test("ends with its last lines, of what was written since")
    func tail() throws {
        #expect(log.tail(4, from: 0).isEmpty)
        try log.open().writeAll("one\ntwo\nthree\n".utf8)
        #expect(log.tail(2, from: 0) == "two\nthree")
        let before = log.size
        try log.open().writeAll("four\n".utf8)
        #expect(log.tail(2, from: before) == "four")
        // It has turned over since.
        #expect(log.tail(1, from: 1 << 40) == "four")
    }

    @Test("is read at its end only, however long it is")
    func long() throws {
        let file = try log.open()
        try file.setLength(1 << 40)
        try file.writeAll("the end\n".utf8)
        #expect(log.tail(1, from: 0).hasSuffix("the end"))
    }

    @Test("that is no file, or stands behind a link, is none")
    func strange() throws {
        try FileSystem.makeLink(at: log.path, to: "/etc/passwd")
        #expect(log.tail(4, from: 0).isEmpty)
        #expect(throws: SystemError.self) { try log.open() }
        #expect(throws: SystemError.self) { try log.forProgram(of: nil) }
    }

    @Test("goes with those that were put aside, and with no others")
    func remove() throws {
        let names = ["a.log", "a.log.0", "a.log.12", "a.log.x", "a.logs", "a.log.", "b.log"]
        for name in names { try FileSystem.replace("\(folder)/\(name)", with: "x") }
        log.remove()
        #expect(try FileSystem.names(in: folder).sorted() == ["a.log.", "a.log.x", "a.logs", "b.log"])
    }
}
