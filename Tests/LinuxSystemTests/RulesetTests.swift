import PublishedData
import Testing

@testable import LinuxSystem

/// The number by which the kernel tells one state of all rules from another.
@Suite struct RulesetTests {
    @Test("while nobody changes rules the number stays, and asking needs no list", .needsRoot)
    func generation() throws {
        // Others' rules may change meanwhile, but not for ever.
        let isSame = try (0..<100).contains { _ in try RulesetGeneration.now() == RulesetGeneration.now() }
        #expect(isSame)
    }
}
