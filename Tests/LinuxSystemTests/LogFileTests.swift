import Glibc
import Testing

@testable import LinuxSystem

@Suite(.timeLimit(.minutes(1))) struct LogFileTests {
    let folder: Folder
    private var path: String { folder.path + "/log" }

    init() throws { folder = try Folder() }

    private func open(_ mode: UInt32 = 0o600) throws -> Descriptor {
        let file = try FileSystem.open(path, [.writeOnly, .create, .append])
        try file.setMode(mode)
        return file
    }

    /// Has a shell command's words written to the log, and waits until they are.
    private func write(_ command: String, _ limits: LogLimits, mode: UInt32 = 0o600) async throws {
        let log = try LogFile(open(mode), at: path)
        let end = try LogEnd()
        var orders = LaunchOrders("/bin/sh", ["-c", command], environment: ["PATH": "/usr/bin:/bin"])
        (orders.output, orders.logs, orders.logLimits, orders.logEnd) = (log.input, [log], limits, end)
        let process = try await Launcher.launch(orders)
        orders = LaunchOrders("")
        log.close()
        try await process.waitForEnd()
        await end.wait(within: .seconds(30))
    }

    private func lines(_ name: String) throws -> [Substring] {
        try FileSystem.readText("\(folder.path)/\(name)").split(separator: "\n")
    }

    @Test("what a program says goes into files of bounded size, of which so many are kept; no line is torn")
    func turnover() async throws {
        let count = "i=1000; while [ $i -lt 1100 ]; do echo line $i; i=$((i+1)); done"
        try await write(count, LogLimits(size: 100, backups: 2), mode: 0o640)
        #expect(try FileSystem.names(in: folder.path) == ["log", "log.0", "log.1"])
        for name in ["log", "log.0", "log.1"] {
            let status = try FileSystem.status(of: "\(folder.path)/\(name)")
            #expect(status.size <= 100 && status.mode == 0o640)
        }
        let kept = try lines("log.1") + lines("log.0") + lines("log")
        #expect(kept == (1100 - kept.count..<1100).map { "line \($0)" })
        #expect(kept.count > 20)
    }

    @Test("a log that was full before begins anew, and one without a limit grows")
    func limits() async throws {
        try FileSystem.replace(path, with: String(repeating: "x", count: 200))
        try await write("echo one", LogLimits(size: 100, backups: 1))
        #expect(try lines("log") == ["one"])
        #expect(try FileSystem.status(of: path + ".0").size == 200)
        try await write("echo two; head -c 100000 /dev/zero", LogLimits(size: 0))
        #expect(try FileSystem.status(of: path).size == 100_008)
        try await write("echo three", LogLimits(size: 100, backups: 0))
        #expect(try lines("log") == ["three"])
        #expect(try FileSystem.status(of: path + ".0").size == 200)
    }

    @Test("a line without an end is cut where the file is full")
    func longLine() async throws {
        try await write("head -c 250 /dev/zero", LogLimits(size: 100, backups: 9))
        let sizes = try ["log.1", "log.0", "log"].map {
            try FileSystem.status(of: "\(folder.path)/\($0)").size
        }
        #expect(sizes == [100, 100, 50])
    }

    @Test("links that stand where former files go lead nowhere")
    func links() async throws {
        try FileSystem.replace(folder.path + "/kept", with: "x")
        try FileSystem.makeLink(at: path + ".0", to: folder.path + "/kept")
        try await write("head -c 250 /dev/zero", LogLimits(size: 100, backups: 1))
        #expect(try FileSystem.readText(folder.path + "/kept") == "x")
        #expect(try FileSystem.status(of: path + ".0", links: .refuseLast).kind == .regular)
    }

    @Test("whoever writes is held up by nothing, not even when the folder is gone")
    func gone() async throws {
        let log = try LogFile(open(), at: path)
        let end = try LogEnd()
        var orders = LaunchOrders("/bin/sh", ["-c", "read x; head -c 1000000 /dev/zero"])
        let go = try Pipe()
        (orders.input, orders.output, orders.logs, orders.logEnd) = (go.readEnd, log.input, [log], end)
        orders.logLimits = LogLimits(size: 1000, backups: 3)
        let process = try await Launcher.launch(orders)
        orders = LaunchOrders("")
        log.close()
        try FileSystem.removeTree(folder.path)
        try go.writeEnd.writeAll("\n".utf8)
        try await process.waitForEnd()
        await end.wait(within: .seconds(30))
    }

    @Test("the writer has a session and a name of its own, heeds no signal, and ends with the program")
    func writer() async throws {
        let log = try LogFile(open(), at: path)
        let end = try LogEnd()
        var orders = LaunchOrders("/bin/sh", ["-c", "echo begun; read x; echo done"])
        let go = try Pipe()
        (orders.input, orders.output, orders.logs, orders.logEnd) = (go.readEnd, log.input, [log], end)
        let process = try await Launcher.launch(orders)
        orders = LaunchOrders("")
        log.close()
        // Once it has written, it is all that it becomes.
        while try lines("log").isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        let inode = try FileSystem.status(of: path).inode
        let writers = try writers(of: inode)
        #expect(writers.count == 1)
        for writer in writers {
            #expect(try FileSystem.readText("/proc/\(writer)/comm", limit: 64) == "roost-log\n")
            #expect(
                try FileSystem.readText("/proc/\(writer)/cmdline", limit: 4096).hasPrefix(
                    "roost-launch: log of log\0"))
            #expect(getsid(writer) == writer)
            kill(writer, SIGTERM)
        }
        try go.writeEnd.writeAll("\n".utf8)
        try await process.waitForEnd()
        await end.wait(within: .seconds(30))
        #expect(try lines("log") == ["begun", "done"])
        #expect(try self.writers(of: inode).isEmpty)
    }

    /// Processes other than this one that have a file open.
    private func writers(of inode: UInt64) throws -> [Int32] {
        let processes = try FileSystem.names(in: "/proc").compactMap { Int32($0) }.filter { $0 != getpid() }
        return processes.filter { process in
            let open = (try? FileSystem.names(in: "/proc/\(process)/fd")) ?? []
            return open.contains {
                (try? FileSystem.status(of: "/proc/\(process)/fd/\($0)"))?.inode == inode
            }
        }
    }

    @Test("a log's descriptor must be the file that stands at its path")
    func other() throws {
        try FileSystem.replace(folder.path + "/other", with: "x")
        let file = try open()
        #expect(throws: SystemError.self) { try LogFile(file, at: folder.path + "/other") }
        let null = try FileSystem.open("/dev/null", .writeOnly)
        #expect(throws: SystemError.self) { try LogFile(null, at: "/dev/null") }
    }
}
