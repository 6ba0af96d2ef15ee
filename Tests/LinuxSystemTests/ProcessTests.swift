import Glibc
import Synchronization
import Testing

@testable import LinuxSystem

@Suite struct ProcessTests {
    @Test("a program's output, error output and status come back")
    func run() async throws {
        let run = try await ProgramRun.run(
            "sh", ["-c", "cat; echo oops >&2; exit 3"], input: Array("hello".utf8))
        #expect(run.text == "hello")
        #expect(run.errorText == "oops\n")
        #expect(run.status == .exited(3))
        #expect(!run.status.isSuccess)
        #expect(run.status.description == "exit status 3")
    }

    @Test("a program gets the environment and the directory asked for, and no signal is blocked")
    func environment() async throws {
        let run = try await ProgramRun.run(
            "sh", ["-c", "echo $A; pwd; grep SigBlk /proc/self/status"], environment: ["A": "b"],
            directory: "/usr")
        #expect(run.text == "b\n/usr\nSigBlk:\t0000000000000000\n")
    }

    @Test("more input than a pipe holds is fed while output is read")
    func largeInput() async throws {
        let input = [UInt8](repeating: 7, count: 1 << 20)
        let run = try await ProgramRun.run("cat", input: input)
        #expect(run.output == input)
        let ignoring = try await ProgramRun.run("true", input: input)
        #expect(ignoring.status.isSuccess)
    }

    @Test("a program that takes too long or writes too much is killed")
    func limits() async throws {
        let slow = await #expect(throws: SystemError.self) {
            try await ProgramRun.run("sleep", ["100"], timeout: .milliseconds(20))
        }
        #expect(slow?.errno == ETIMEDOUT)
        let chatty = await #expect(throws: SystemError.self) {
            try await ProgramRun.run("yes", outputLimit: 10_000)
        }
        #expect(chatty?.errno == EFBIG)
    }

    @Test("a program that is not there is an error that names it")
    func missing() async {
        await #expect(throws: SystemError(call: "exec", errno: ENOENT, context: "/no/such")) {
            try await ProgramRun.run("/no/such")
        }
    }

    @Test("descriptors arrive under the numbers asked for, even when they cross over")
    func descriptors() async throws {
        let (first, second) = (try Pipe(), try Pipe())
        let (one, two) = (first.writeEnd.rawValue, second.writeEnd.rawValue)
        let orders = ProgramOrders(
            "sh", ["-c", "echo a > /dev/fd/\(two); echo b > /dev/fd/\(one)"],
            descriptors: [one: second.writeEnd, two: first.writeEnd])
        let child = try await Blocking.run { () throws(SystemError) in try ChildProcess.start(orders) }
        #expect(await child.waitForEnd() == .exited(0))
        #expect(try readSome(first.readEnd) == Array("a\n".utf8))
        #expect(try readSome(second.readEnd) == Array("b\n".utf8))
    }

    @Test("a child's end is noticed with its status, also by who asks later")
    func childEnd() async throws {
        let child = try await Blocking.run { () throws(SystemError) in
            try ChildProcess.start(ProgramOrders("sleep", ["1000"], newSession: true))
        }
        #expect(child.status == nil)
        #expect(!child.handle.hasEnded)
        try child.handle.signal(SIGTERM)
        #expect(await child.waitForEnd() == .signalled(SIGTERM))
        #expect(await child.waitForEnd() == .signalled(SIGTERM))
        try await child.handle.waitForEnd()
        #expect(child.handle.hasEnded)
        #expect(try !child.handle.identity.isAlive())
        #expect(throws: SystemError.self) { try child.handle.signal(SIGTERM) }
    }

    @Test("a number that another process got since names nobody")
    func reuse() throws {
        let current = try ProcessIdentity.current()
        #expect(try current.isAlive())
        let other = ProcessIdentity(id: current.id, startTime: current.startTime + 1)
        #expect(try !other.isAlive())
        let error = #expect(throws: SystemError.self) { try ProcessHandle(other) }
        #expect(error?.errno == ESRCH)
        #expect(throws: SystemError.self) { try ProcessIdentity(of: -1) }
    }

    @Test("any number may wait for the end of one process, and a watch that is let go hears nothing")
    func watchers() async throws {
        let child = try await Blocking.run { () throws(SystemError) in
            try ChildProcess.start(ProgramOrders("sleep", ["1000"], newSession: true))
        }
        let heard = Mutex<[String]>([])
        let first = try child.handle.onEnd { heard.withLock { $0.append("first") } }
        let second = try child.handle.onEnd { heard.withLock { $0.append("second") } }
        let cancelled = try child.handle.onEnd { heard.withLock { $0.append("cancelled") } }
        cancelled.cancel()
        try child.handle.signal(SIGKILL)
        #expect(await child.handle.ends(within: .seconds(60)))
        try await child.handle.waitForEnd()
        _ = await child.waitForEnd()
        #expect(heard.withLock { $0 }.sorted() == ["first", "second"])
        withExtendedLifetime((first, second)) {}
    }

    @Test("looking for a process tells one that is gone from one that is there")
    func look() async throws {
        let current = try ProcessIdentity.current()
        guard case .there = current.look() else { return #expect(Bool(false), "this process is there") }
        let former = ProcessIdentity(id: current.id, startTime: current.startTime &- 1)
        guard case .gone = former.look() else { return #expect(Bool(false), "it started at another time") }
    }

    @Test("the number of a thread is no process: whoever had it before is gone")
    func threadNumber() throws {
        let own = try ProcessIdentity.current()
        let number = try #require(own.threads.first { $0 != own.id })
        guard case .gone = ProcessIdentity(id: number, startTime: 1).look() else {
            return #expect(Bool(false), "a thread of this process is not the process that had its number")
        }
    }
}
