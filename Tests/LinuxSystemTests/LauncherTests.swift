import Glibc
import PublishedData
import Synchronization
import Testing

@testable import LinuxSystem

@Suite struct LauncherTests {
    /// Starts a shell command and gives what it wrote, once it ended.
    private func output(
        of command: String, change: (inout LaunchOrders) throws -> Void = { _ in }
    ) async throws -> String {
        let pipe = try Pipe()
        var orders = LaunchOrders("/bin/sh", ["-c", command], environment: ["PATH": "/usr/bin:/bin"])
        orders.output = pipe.writeEnd
        orders.errorOutput = pipe.writeEnd
        try change(&orders)
        let process = try await Launcher.launch(orders)
        pipe.writeEnd.close()
        orders = LaunchOrders("")
        let text = try await Blocking.run { () throws(SystemError) in
            try pipe.readEnd.readToEnd(limit: 1 << 16)
        }
        try await process.waitForEnd()
        return String(decoding: text, as: UTF8.self)
    }

    @Test("a program runs detached: a session of its own, no child of ours, and its end is noticed")
    func sleep() async throws {
        let process = try await Launcher.launch(LaunchOrders("/bin/sleep", ["1000"]))
        let facts = try FileSystem.readText("/proc/\(process.identity.id)/stat", limit: 4096)
        let fields = facts.split(separator: " ")
        #expect(fields[1] == "(sleep)")
        #expect(fields[3] != "\(getpid())")
        #expect(fields[5] == "\(process.identity.id)")
        #expect(try process.identity.isAlive())
        try process.signal(SIGTERM)
        try await process.waitForEnd()
    }

    @Test("a missing program, and one that may not be executed, are errors of that step")
    func missing() async throws {
        await #expect(throws: SystemError(call: "exec", errno: ENOENT, context: "/no/such")) {
            try await Launcher.launch(LaunchOrders("/no/such"))
        }
        await #expect(throws: SystemError(call: "exec", errno: EACCES, context: "/etc/passwd")) {
            try await Launcher.launch(LaunchOrders("/etc/passwd"))
        }
        var orders = LaunchOrders("/bin/true")
        orders.directory = "/no/such"
        await #expect(throws: SystemError(call: "chdir", errno: ENOENT, context: "/bin/true")) {
            try await Launcher.launch(orders)
        }
        await #expect(throws: SystemError.self) {
            try await Launcher.launch(LaunchOrders("/bin/true"), using: "/no/launcher")
        }
    }

    @Test("a program that is waited for says how it ended, and is killed when it takes too long")
    func waited() async throws {
        #expect(try await Launcher.run(LaunchOrders("/bin/sh", ["-c", "exit 3"])) == .exited(3))
        #expect(try await Launcher.run(LaunchOrders("/bin/sh", ["-c", "kill -9 $$"])) == .signalled(SIGKILL))
        await #expect(throws: SystemError(call: "exec", errno: ENOENT, context: "/no/such")) {
            try await Launcher.run(LaunchOrders("/no/such"))
        }
        let found = Mutex<ProcessHandle?>(nil)
        // On a host that is busy the time may be over before there is a process.
        for time in [50, 1000, 20_000] where found.withLock({ $0 == nil }) {
            await #expect(throws: SystemError(call: "exec", errno: ETIMEDOUT, context: "/bin/sleep")) {
                try await Launcher.run(LaunchOrders("/bin/sleep", ["1000"]), timeout: .milliseconds(time)) {
                    process in
                    found.withLock { $0 = process }
                }
            }
        }
        let process = try #require(found.withLock { $0 })
        #expect(await process.ends(within: .seconds(10)))
    }

    @Test("a program that is activated by sockets is told of them as systemd would")
    func activated() async throws {
        let pipe = try Pipe()
        let text = try await output(of: "echo $LISTEN_FDS; [ $LISTEN_PID = $$ ] && echo mine") { orders in
            orders.descriptors = [3: pipe.readEnd]
            orders.listeners = 1
            orders.environment["LISTEN_PID"] = "1"
        }
        #expect(text == "1\nmine\n")
    }

    @Test("a signal to a group reaches what the program has started")
    func group() async throws {
        let pipe = try Pipe()
        var orders = LaunchOrders(
            "/bin/sh", ["-c", "sleep 1000 & echo $!; wait"], environment: ["PATH": "/bin"])
        orders.output = pipe.writeEnd
        let process = try await Launcher.launch(orders)
        let line = String(decoding: try readSome(pipe.readEnd), as: UTF8.self)
        let child = try ProcessHandle(of: try #require(Int32(line.dropLast())))
        try process.signalGroup(SIGTERM)
        #expect(await process.ends(within: .seconds(10)))
        #expect(await child.ends(within: .seconds(10)))
    }

    @Test("descriptors pass under their numbers, and nothing else is open")
    func descriptors() async throws {
        let pipe = try Pipe()
        let text = try await output(of: "echo passed > /dev/fd/7; ls /proc/$$/fd") { orders in
            orders.descriptors = [7: pipe.writeEnd]
        }
        #expect(text == "0\n1\n2\n7\n")
        #expect(try readSome(pipe.readEnd) == Array("passed\n".utf8))
    }

    @Test("directory, environment, mask and limits are those asked for")
    func surroundings() async throws {
        let text = try await output(
            of: "pwd; umask; ulimit -c; ulimit -n; echo $HOME; cat /proc/self/oom_score_adj"
        ) {
            $0.directory = "/usr"
            $0.environment["HOME"] = "/nowhere"
            $0.fileMask = 0o027
            $0.limits = [ResourceLimit(.core, 0), ResourceLimit(.openFiles, soft: 100, hard: 200)]
            $0.oomScoreAdjustment = 500
        }
        #expect(text == "/usr\n0027\n0\n100\n/nowhere\n500\n")
    }

    @Test(
        "that the daemon is spared when memory runs out is not passed on",
        arguments: [(-999, 0), (0, nil), (200, nil)])
    func oomScore(_ inherited: Int, _ given: Int?) {
        var orders = LaunchOrders("/bin/true")
        orders.resolveOOMScore(inherited: inherited)
        #expect(orders.oomScoreAdjustment == given)
        orders.oomScoreAdjustment = -5
        orders.resolveOOMScore(inherited: inherited)
        #expect(orders.oomScoreAdjustment == -5)
    }

    @Test("the process waits while it is prepared, and does not run when that fails")
    func prepare() async throws {
        let folder = try Folder()
        let mark = folder.path + "/ran"
        let seen = Collected<ProcessHandle>()
        await #expect(throws: SystemError(call: "cgroup", errno: EPERM)) {
            try await Launcher.launch(LaunchOrders("/usr/bin/touch", [mark])) {
                (process) throws(SystemError) in
                seen.add(process)
                throw SystemError(call: "cgroup", errno: EPERM)
            }
        }
        try await seen.all.first?.waitForEnd()
        #expect(!FileSystem.exists(mark))
        let process = try await Launcher.launch(LaunchOrders("/usr/bin/touch", [mark])) { process in
            #expect(!FileSystem.exists(mark))
            seen.add(process)
        }
        #expect(seen.all.last?.identity == process.identity)
        try await process.waitForEnd()
        #expect(FileSystem.exists(mark))
    }

    @Test(
        "root may hand a program to another user, without any capability left",
        .needsRoot)
    func otherUser() async throws {
        let nobody = try #require(try UserAccount.named("nobody"))
        let text = try await output(
            of: "id -u; id -g; id -G; grep -E 'Cap(Eff|Bnd|Prm)|NoNewPrivs' /proc/self/status | tr -d '\\t'"
        ) {
            $0.owner = FileOwner(user: nobody.id, group: nobody.group)
            $0.groups = [nobody.group, 12345]
            $0.dropsCapabilities = true
        }
        let none = "0000000000000000"
        #expect(
            text
                == "\(nobody.id)\n\(nobody.group)\n\(nobody.group) 12345\n"
                + "CapPrm:\(none)\nCapEff:\(none)\nCapBnd:\(none)\nNoNewPrivs:1\n")
    }
}
