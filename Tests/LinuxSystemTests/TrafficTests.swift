import Testing

@testable import LinuxSystem

/// What the kernel's traffic control is told: the same as by the program `tc`, whose messages these are.
@Suite struct TrafficTests {
    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(
        "what comes faster than 128 kB a second is dropped as `police rate 128kbps burst 256kb mtu 64kb` drops it"
    )
    func police() {
        var options = NetlinkMessage(0, header: [])
        TrafficControl.Limit(average: 128_000, burst: 262_144).police(&options)
        let text = hex(options.payload)
        #expect(options.payload.count == 1136)
        // The attribute of the nested ones says that it is one.
        let begin =
            "440406803c0001000000000002000000000000000048e8010000010009010000ffff000000f40100"
            + String(repeating: "00", count: 24) + "0404020024f4000048e801006cdc020090d00300b4c40400"
        #expect(text.hasPrefix(begin))
        let end =
            "dc2ff3000024f40008000100010000002400050001000100" + String(repeating: "00", count: 28)
        #expect(text.hasSuffix(end))
    }

    @Test(
        "times are as long as `tc` says",
        arguments: [
            (1_000_000, 1600, 25000), (4_800_000, 1600, 5203), (1_000_000, 5_242_880, 0x4E2_0000),
            (200_000, 1600, 125_000), (0, 1600, 25_000_000_000 as UInt64),
        ] as [(UInt64, UInt64, UInt64)])
    func ticks(_ rate: UInt64, _ bytes: UInt64, _ ticks: UInt64) {
        #expect(TrafficRate(rate).ticks(for: bytes) == min(ticks, 4_218_750_000))
    }

    @Test("rates are told to the kernel, and those too great for the structure are the greatest")
    func rates() {
        #expect(hex(TrafficRate(1_000_000).specification(cell: 3)) == "03010000ffff000040420f00")
        #expect(hex(TrafficRate(.max).specification(cell: 3)) == "03010000ffff0000ffffffff")
    }
}
