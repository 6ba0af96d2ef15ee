import Testing

@testable import LinuxSystem

@Suite struct NodeFactsTests {
    @Test("a processor's times are added up in nanoseconds")
    func times() throws {
        let text = "cpu  10 1 5 100 7 2 3 0 0 0\ncpu0 1 2 3 4 5 6 7 0\nintr 5\n"
        let all = try #require(ProcessorTimes(text: text, processor: nil, ticksPerSecond: 100))
        #expect(all.user == 110_000_000)
        #expect(all.kernel == 100_000_000)
        #expect(all.idle == 1_000_000_000)
        #expect(all.waiting == 70_000_000)
        let one = try #require(ProcessorTimes(text: text, processor: 0, ticksPerSecond: 100))
        #expect(one.user == 30_000_000)
    }

    @Test("a processor that isn't there has no times")
    func noProcessor() {
        #expect(ProcessorTimes(text: "cpu  1 1 1 1\n", processor: 3, ticksPerSecond: 100) == nil)
        #expect(ProcessorTimes(text: "cpu  1\n", processor: nil, ticksPerSecond: 0) != nil)
    }

    @Test("a cell that isn't there has no memory")
    func noCell() {
        #expect(MemoryFacts(cell: 4000) == nil)
        #expect(MemoryFacts.freePages(ofSize: 12345, cell: 0) == nil)
    }

    @Test("the size of addresses and the frequency come from the first processor")
    func processor() {
        let facts = ProcessorFacts(
            text: "cpu MHz\t\t: 2445.424\naddress sizes\t: 48 bits physical, 48 bits virtual\nflags\t: fpu\n")
        #expect(facts.physicalBits == 48)
        #expect(facts.kilohertz == 2_445_424)
    }
}
