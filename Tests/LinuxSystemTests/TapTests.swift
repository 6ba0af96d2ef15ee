import Testing

@testable import LinuxSystem

/// Taps and links, as far as the kernel isn't asked.
@Suite struct TapTests {
    @Test(
        "a name that no link can have is refused, and a pattern too",
        arguments: ["", "a b", "x%d", "a/b", "averyveryverylongname"])
    func names(_ name: String) {
        let error = #expect(throws: SystemError.self) { try TapDevice(name) }
        #expect(error?.errno == 22)
    }

    @Test("a tap has between one and 256 queues", arguments: [0, -1, 257, Int.max])
    func queues(_ count: Int) {
        let error = #expect(throws: SystemError.self) { try TapDevice("t0", queues: count) }
        #expect(error?.errno == 7)
    }

    @Test("counters are in the kernel's order, and those that are missing are none")
    func statistics() {
        let bytes = (1...8).flatMap { UInt64($0).bytes }
        let all = LinkStatistics(bytes[...])
        #expect(all.received == .init(bytes: 3, packets: 1, errors: 5, dropped: 7))
        #expect(all.sent == .init(bytes: 4, packets: 2, errors: 6, dropped: 8))
        #expect(LinkStatistics([]).sent.bytes == 0)
    }
}
