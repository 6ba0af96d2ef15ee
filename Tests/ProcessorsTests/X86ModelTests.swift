import Testing

@testable import Processors

@Suite struct X86ModelTests {
    @Test("features come in the order of the processor's bits, unknown ones last")
    func order() {
        #expect(
            X86Features.sorted(["zz", "avx2", "vme", "pni", "invtsc"]) == [
                "pni", "vme", "avx2", "invtsc", "zz",
            ])
    }

    @Test("Linux's flags are found under the names that documents use")
    func flags() {
        #expect(X86Features.feature(ofFlag: "pclmulqdq") == "pclmuldq")
        #expect(X86Features.feature(ofFlag: "sha_ni") == "sha-ni")
        #expect(X86Features.feature(ofFlag: "lahf_lm") == "lahf_lm")
        #expect(X86Features.feature(ofFlag: "rep_good") == nil)
    }

    @Test("features get the names that documents have for them")
    func names() {
        #expect(X86Features.feature(ofProperty: "sse4-1") == "sse4.1")
        #expect(X86Features.feature(ofProperty: "lahf-lm") == "lahf_lm")
        #expect(X86Features.feature(ofProperty: "pclmulqdq") == "pclmuldq")
        #expect(X86Features.feature(ofProperty: "sha-ni") == "sha-ni")
        #expect(X86Features.feature(ofProperty: "tsc-adjust") == "tsc_adjust")
    }

    @Test("every feature of every model has its place")
    func models() {
        for model in X86Model.all {
            let named = model.features.union(model.alwaysNamed).union(model.dropped)
            #expect(named.isSubset(of: X86Features.names), "\(model.name)")
        }
        #expect(Set(X86Model.all.map(\.name)).count == X86Model.all.count)
    }

    @Test("a processor that is a model and a little more is that model")
    func nearest() throws {
        let milan = try #require(X86Model.named("EPYC-Milan"))
        let match = try #require(
            X86Match.nearest(to: Self.milan(milan.features.union(["invtsc"])), for: .guest))
        #expect(match.model.name == "EPYC-Milan")
        #expect(match.required == ["topoext", "invtsc"])
        #expect(match.disabled.isEmpty)
    }

    @Test("a host's model has nothing that the processor lacks")
    func subset() throws {
        let milan = try #require(X86Model.named("EPYC-Milan"))
        let match = try #require(
            X86Match.nearest(to: Self.milan(milan.features.subtracting(["pku"])), for: .host))
        #expect(!match.model.name.hasPrefix("EPYC-Milan"))
        #expect(match.disabled.isEmpty)
    }

    @Test("for a guest, a model of the processor's own kind comes first")
    func own() throws {
        let match = try #require(X86Match.nearest(to: Self.milan(["fpu", "sse2", "lm"]), for: .guest))
        #expect(match.model.name == "EPYC-Milan")
        #expect(match.disabled.contains("avx2"))
    }

    @Test("a host's CPU has a version of a model, a guest's a model")
    func versions() throws {
        let rome = try #require(X86Model.named("EPYC-Rome"))
        let processor = X86Processor(
            features: rome.features, vendor: "AMD", signature: .init(family: 23, model: 49, stepping: 0))
        #expect(X86Match.nearest(to: processor, for: .host)?.model.name == "EPYC-Rome-v1")
        #expect(X86Match.nearest(to: processor, for: .guest)?.model.name == "EPYC-Rome")
    }

    @Test("steppings tell models apart that have the same numbers otherwise")
    func steppings() throws {
        let cascade = try #require(X86Model.named("Cascadelake-Server"))
        func stands(_ stepping: Int) -> Bool {
            cascade.stands(for: .init(family: 6, model: 85, stepping: stepping))
        }
        #expect(stands(7))
        #expect(!stands(4))
    }

    private static func milan(_ features: Set<String>) -> X86Processor {
        X86Processor(
            features: features, vendor: "AMD", signature: X86Signature(family: 25, model: 1, stepping: 1))
    }

    @Test("models have their makers' names, versions too")
    func vendors() {
        #expect(ProcessorVendor.name(ofModel: "EPYC-Genoa-v1", architecture: "x86_64") == "AMD")
        #expect(ProcessorVendor.name(ofModel: "qemu64-v1", architecture: "x86_64") == "unknown")
        #expect(ProcessorVendor.name(ofModel: "SapphireRapids", architecture: "x86_64") == "Intel")
        #expect(ProcessorVendor.name(ofModel: "POWER9", architecture: "ppc64") == "IBM")
        #expect(ProcessorVendor.name(ofIdentifier: "GenuineIntel") == "Intel")
    }
}
