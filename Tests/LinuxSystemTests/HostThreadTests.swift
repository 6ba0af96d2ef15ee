import Glibc
import Testing

@testable import LinuxSystem

@Suite struct HostThreadTests {
    /// A process that does nothing, and what is done with it.
    private func withProcess(_ body: (ProcessHandle) throws -> Void) async throws {
        let process = try await Launcher.launch(LaunchOrders("/bin/sleep", ["1000"]))
        defer { try? process.signal(SIGKILL) }
        try body(process)
    }

    @Test("a thread runs where it is put")
    func affinity() async throws {
        try await withProcess { process in
            let thread = HostThread(process.identity.id)
            let all = try thread.affinity()
            let last = try #require(all.last)
            try thread.setAffinity([last, 4000])
            #expect(try thread.affinity() == [last])
            #expect(thread.usage(in: process.identity.id) != nil)
            #expect(throws: SystemError.self) { try thread.setAffinity([]) }
            #expect(process.identity.threads == [process.identity.id])
        }
    }

    @Test("a thread that isn't there has no usage and can't be put anywhere")
    func missing() {
        #expect(HostThread(Int32.max).usage(in: 1) == nil)
        #expect(throws: SystemError.self) { try HostThread(Int32.max).setAffinity([0]) }
    }

    @Test("a process's limit is another one once it is set")
    func limit() async throws {
        try await withProcess { process in
            let before = try process.limit(.core)
            try process.set(ResourceLimit(.core, soft: 0, hard: before.hard))
            #expect(try process.limit(.core) == ResourceLimit(.core, soft: 0, hard: before.hard))
        }
    }
}
