import Testing

@testable import DriverKit

@Suite struct ProcessorTests {
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

    @Test("every feature of every model has its place")
    func models() {
        for model in X86Model.all { #expect(model.features.isSubset(of: X86Features.names), "\(model.name)") }
        #expect(Set(X86Model.all.map(\.name)).count == X86Model.all.count)
    }

    @Test("a processor that is a model and a little more is that model")
    func nearest() throws {
        let milan = try #require(X86Model.named("EPYC-Milan"))
        let match = try #require(
            X86Match.nearest(
                to: milan.features.union(["invtsc"]), vendor: "AMD", family: 25, model: 1, mayDisable: false))
        #expect(match.model.name == "EPYC-Milan")
        #expect(match.required == ["invtsc"])
        #expect(match.disabled.isEmpty)
    }

    @Test("without leave to disable, a model has nothing that the processor lacks")
    func subset() throws {
        let milan = try #require(X86Model.named("EPYC-Milan"))
        let match = try #require(
            X86Match.nearest(
                to: milan.features.subtracting(["pku"]), vendor: "AMD", family: 25, model: 1,
                mayDisable: false))
        #expect(match.model.name != "EPYC-Milan")
        #expect(match.disabled.isEmpty)
    }

    @Test("with leave to disable, a model with the processor's own numbers comes first")
    func own() throws {
        let match = try #require(
            X86Match.nearest(
                to: ["fpu", "sse2", "lm"], vendor: "AMD", family: 25, model: 1, mayDisable: true))
        #expect(match.model.name == "EPYC-Milan")
        #expect(match.disabled.contains("avx2"))
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
