import Glibc
import JSON
import LinuxSystem
import Logging
import Synchronization
import Testing
import Virt

@testable import HostKit

@Suite("A program beside the daemon") final class SupervisedProgramTests: Sendable {
    private let folder: String
    private let noted = Mutex<[ProgramRecord]>([])
    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws { folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-program-") }

    deinit { try? FileSystem.removeTree(folder) }

    /// A shell that runs a script in the test's folder, which is `$HOME` to it.
    private func shell(_ script: String) -> SupervisedProgram {
        var program = SupervisedProgram("sh of it", alias: "it", path: "/bin/sh", log: folder + "/log")
        program.arguments = ["-c", script]
        for (name, value) in ProgramEnvironment.variables(home: folder) { program.environment[name] = value }
        return program
    }

    private func start(_ program: SupervisedProgram) async throws(VirtError) -> Descriptor? {
        let start = ProgramStart(program, for: "network 'a'", from: .network) {
            (record) async throws(SystemError) in self.noted.withLock { $0.note(record) }
        }
        return try await start.start()
    }

    private var record: ProgramRecord {
        get throws { try #require(noted.withLock { $0.last }) }
    }

    private func failure(_ program: SupervisedProgram) async -> VirtError? {
        await #expect(throws: VirtError.self) { _ = try await self.start(program) }
    }

    @Test("is there once its number stands in its file, and gone once it is ended")
    func pidFile() async throws {
        var program = shell("sleep 0.05; echo $$ >$HOME/pid; exec sleep 1000")
        program.contact = .pidFile(path: folder + "/pid")
        try FileSystem.replace(folder + "/pid", with: "1\n")
        _ = try await start(program)
        let record = try record
        #expect(try FileSystem.readText(folder + "/pid") == "\(record.process.id)\n")
        #expect(record.lastWords == nil)
        await record.end(log)
        #expect((try? ProcessHandle(record.process))?.hasEnded ?? true)
    }

    @Test("is there once its socket stands there")
    func socket() async throws {
        var program = shell(
            "exec python3 -c 'import socket, sys, time; s = socket.socket(socket.AF_UNIX); "
                + "s.bind(sys.argv[1]); s.listen(); time.sleep(1000)' $HOME/socket")
        program.contact = .socket(path: folder + "/socket")
        _ = try await start(program)
        #expect(try FileSystem.status(of: folder + "/socket").kind == .socket)
        try await record.end(log)
    }

    @Test("says what it wrote where it ends before it is ready")
    func failure() async throws {
        for contact in [ProgramContact.pidFile(path: folder + "/pid"), .socket(path: folder + "/socket")] {
            var program = shell("echo no licence; exit 3")
            program.contact = contact
            let error = await failure(program)
            #expect(error?.domain == .network)
            #expect(
                error?.message
                    == "internal error: sh of it could not be started for network 'a': it ended before it was ready; "
                    + "\(folder)/log ends with: no licence")
        }
        var missing = SupervisedProgram("x of it", alias: "it", path: "/no/such", log: folder + "/other")
        missing.contact = .pidFile(path: folder + "/pid")
        let error = await failure(missing)
        #expect(error?.message.contains("it wrote nothing to \(folder)/other") == true)
    }

    @Test("never runs where its record can't be written")
    func unrecorded() async throws {
        let program = shell("touch $HOME/ran; exec sleep 1000")
        let start = ProgramStart(program, for: "network 'a'", from: .network) {
            (_) async throws(SystemError) in throw SystemError(call: "write", errno: ENOSPC)
        }
        await #expect(throws: VirtError.self) { _ = try await start.start() }
        #expect(!FileSystem.exists(folder + "/ran"))
    }

    @Test("finds its folders and files, and what it is to read, and is joined to whom it serves")
    func given() async throws {
        var program = shell("cat $HOME/a/file <&4 >&3; cat <&4 >&3; pwd >&3; exec sleep 1000")
        program.folders = [ProgramFolder(path: folder + "/a", mode: 0o700)]
        program.files = [ProgramFile(path: folder + "/a/file", content: "file ")]
        program.inputs = [4: Array("secret ".utf8)]
        program.contact = .pair(keepsPackets: false)
        let end = try #require(try await start(program))
        var heard: [UInt8] = []
        try end.setNonBlocking()
        while !heard.contains(10) {
            heard += try #require(try await end.firstBytes(within: .seconds(30)))
        }
        #expect(String(decoding: heard, as: UTF8.self) == "file secret /\n")
        try await record.end(log)
    }

    @Test("has its state made once, and isn't started where that fails")
    func setup() async throws {
        var program = shell("exec sleep 1000")
        let new = ProgramFolder(path: folder + "/new", mode: 0o700)
        program.setup = ProgramSetup(
            "/bin/sh", runs: [["-c", "echo 1 >>$HOME/new/runs"], ["-c", "echo 2 >>$HOME/new/runs"]],
            folder: new, final: folder + "/state")
        for _ in 0..<2 {
            _ = try await start(program)
            try await record.end(log)
        }
        #expect(try FileSystem.readText(folder + "/state/runs") == "1\n2\n")
        program.setup = ProgramSetup(
            "/bin/sh", runs: [["-c", "exit 1"]], folder: new, final: folder + "/other")
        #expect(await failure(program)?.message.contains("/bin/sh ended with") == true)
        #expect(!FileSystem.exists(folder + "/new") && !FileSystem.exists(folder + "/other"))
    }

    @Test("is ended by what it understands where whoever started it said so, and by a signal elsewhere")
    func ending() async throws {
        let server = """
            from os import environ
            from signal import SIGTERM, SIG_IGN, signal
            from socket import socket
            signal(SIGTERM, SIG_IGN)
            heard = socket(fileno=3).accept()[0].recv(100)
            open(environ["HOME"] + "/heard", "wb").write(heard)
            """
        try FileSystem.replace(folder + "/server.py", with: server)
        var program = shell("exec python3 $HOME/server.py")
        program.contact = .listening(path: folder + "/control", owner: nil)
        program.ending = .message([0, 0, 0, 3], to: folder + "/control")
        _ = try await start(program)
        let record = try record
        #expect(ProgramRecord(record.json) == record)
        await record.end(log)
        #expect(try FileSystem.read(folder + "/heard", limit: 100) == [0, 0, 0, 3])
    }

    @Test("reads its record back, and no record out of anything else")
    func records() throws {
        let text = """
            {"name":"n","alias":"a","pid":7,"startTime":9,"log":"/l","logStart":5,"control":"/c","endWord":[1,255]}
            """
        let record = try #require(ProgramRecord(try JSONValue(parsing: text)))
        #expect(record.ending == .message([1, 255], to: "/c"))
        #expect(record.json == (try JSONValue(parsing: text)))
        let plain = #"{"name":"n","alias":"a","pid":7,"startTime":9,"log":"/l"}"#
        #expect(ProgramRecord(try JSONValue(parsing: plain))?.ending == .signal)
        for wrong in ["{}", "[]", #"{"name":"n","alias":"a","pid":99999999999,"startTime":9,"log":"/l"}"#] {
            #expect(ProgramRecord(try JSONValue(parsing: wrong)) == nil)
        }
    }
}
