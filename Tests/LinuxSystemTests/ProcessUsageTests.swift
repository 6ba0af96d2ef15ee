import Testing

@testable import LinuxSystem

@Suite struct ProcessUsageTests {
    private let process = ProcessIdentity(id: 7, startTime: 4711)

    @Test("one line tells it all, whatever the process is called")
    func line() throws {
        let text = "7 (a) S 1 2) S 1 7 7 0 -1 4194560 1 2 3 4 250 150 5 6 20 0 3 0 4711 99999 42 0\n"
        let usage = try #require(ProcessUsage(stat: text, of: process))
        #expect(usage.user == 2_500_000_000)
        #expect(usage.system == 1_500_000_000)
        #expect(usage.time == 4_000_000_000)
        #expect(usage.residentMemory == 42 * UInt64(Host.pageSize / 1024))
    }

    @Test("a process that has another's number is not it")
    func another() {
        let text = "7 (a) S 1 7 7 0 -1 4194560 1 2 3 4 250 150 5 6 20 0 3 0 4712 99999 42 0\n"
        #expect(ProcessUsage(stat: text, of: process) == nil)
        for wrong in ["", "7", "7 (a)", "7 (a) S 1"] {
            #expect(ProcessUsage(stat: wrong, of: process) == nil)
        }
    }

    @Test("this process has used something")
    func own() throws {
        let usage = try #require(ProcessUsage(of: try ProcessIdentity.current()))
        #expect(usage.residentMemory > 0)
    }
}
