import Glibc
import Testing

@testable import LinuxSystem

@Suite struct FileLimitTests {
    @Test("this process may open as many files as it can, and programs get the limit that it had")
    func raised() async throws {
        let hard = try #require(ThisProcess.fileLimit.hard)
        let former = try #require([4000, 1000].first { $0 < hard })
        try ProcessHandle(of: getpid()).set(ResourceLimit(.openFiles, soft: former, hard: hard))
        ThisProcess.raiseFileLimit()
        #expect(ThisProcess.fileLimit.soft == hard)

        let pipe = try Pipe()
        var orders = LaunchOrders("/bin/sh", ["-c", "ulimit -Sn; ulimit -Hn"])
        orders.output = pipe.writeEnd
        let process = try await Launcher.launch(orders)
        pipe.writeEnd.close()
        orders = LaunchOrders("")
        let text = try await Blocking.run { () throws(SystemError) in
            try pipe.readEnd.readToEnd(limit: 100)
        }
        try await process.waitForEnd()
        #expect(String(decoding: text, as: UTF8.self) == "\(former)\n\(hard)\n")

        // It waits for its input, which comes once it has its limit.
        let run = try await ProgramRun.run("sh", ["-c", "read line; ulimit -Sn"], input: [10])
        #expect(run.text == "\(former)\n")
    }

    @Test("a program's own limit of open files stays as it was asked for")
    func ownLimit() {
        let own = ResourceLimit(.openFiles, 77)
        var orders = LaunchOrders("/bin/true")
        orders.limits = [own]
        orders.resolveFileLimit(former: ResourceLimit(.openFiles, 1024))
        #expect(orders.limits == [own])
    }

    @Test("the words that a program was started with are found without /proc")
    func arguments() {
        #expect(ThisProcess.arguments() == CommandLine.arguments)
        #expect(ThisProcess.environment["PATH"] == ThisProcess.environment("PATH"))
    }
}
