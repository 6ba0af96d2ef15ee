import Testing
import VirtXML
import XMLBinding

@testable import Processors

@Suite struct ComparisonTests {
    private func cpu(_ text: String) throws -> GuestCPU { try CPUDescription(xml: text).cpu }

    private func compare(_ guest: String) throws -> CPUComparison {
        let host = try cpu(
            "<cpu><arch>x86_64</arch><model>Penryn</model><vendor>Intel</vendor><feature name='dca'/></cpu>")
        return try CPUComparison(host: host, guest: try cpu(guest))
    }

    @Test("a host that is just what is asked for is identical, one that can do more a superset")
    func fitting() throws {
        #expect(
            try compare(
                "<cpu match='exact'><model>Penryn</model><feature policy='require' name='dca'/></cpu>")
                == .identical)
        #expect(try compare("<cpu match='exact'><model>Penryn</model></cpu>") == .superset)
        #expect(try compare("<cpu match='exact'><model>Conroe</model></cpu>") == .superset)
    }

    @Test("a host is refused for what it lacks, has against a wish, or by its maker")
    func refused() throws {
        #expect(
            try compare("<cpu match='exact'><model>Nehalem</model></cpu>")
                == .incompatible("Host CPU does not provide required features: sse4.2, popcnt"))
        #expect(
            try compare("<cpu match='exact'><model>Penryn</model><feature policy='forbid' name='dca'/></cpu>")
                == .incompatible("Host CPU provides forbidden features: dca"))
        #expect(
            try compare("<cpu match='exact'><model>Penryn</model><vendor>AMD</vendor></cpu>")
                == .incompatible("host CPU vendor does not match required CPU vendor AMD"))
        #expect(
            try compare("<cpu match='strict'><model>Penryn</model></cpu>")
                == .incompatible("Host CPU does not strictly match guest CPU: Extra features: dca"))
    }

    @Test("what is optional, or came to the model later, isn't asked for unless it is spelled out")
    func spared() throws {
        let optional = "<feature policy='optional' name='sse4.2'/><feature policy='optional' name='popcnt'/>"
        #expect(try compare("<cpu match='exact'><model>Nehalem</model>\(optional)</cpu>") == .superset)
        let named = "<feature policy='require' name='npt'/>"
        for (features, isNamed) in [("", false), (named, true)] {
            guard case .incompatible(let reason) = try compare("<cpu><model>EPYC</model>\(features)</cpu>")
            else {
                Issue.record("Penryn passes for EPYC")
                continue
            }
            #expect(reason.contains("svm") && reason.contains("npt") == isNamed)
        }
    }

    @Test("what a model once had is off, unless it is asked for; a version of a model is what it is")
    func dropped() throws {
        func settled(_ guest: String) throws -> [String] {
            try cpu(guest).updated(for: try cpu("<cpu><model>Penryn</model></cpu>")).features.map {
                "\($0.name) \($0.policy?.rawValue ?? "")"
            }
        }
        let model = "<model>Icelake-Server</model>"
        #expect(try settled("<cpu mode='custom'>\(model)</cpu>") == ["intel-pt disable", "mpx disable"])
        #expect(
            try settled("<cpu mode='custom'>\(model)<feature policy='require' name='mpx'/></cpu>")
                == ["mpx require", "intel-pt disable"])
        #expect(try settled("<cpu mode='custom'><model>EPYC-v1</model></cpu>").isEmpty)
    }

    @Test("what is said of a feature stands in the host's place for it")
    func inPlace() throws {
        let host = try cpu("<cpu><model>Penryn</model><feature name='dca'/><feature name='vmx'/></cpu>")
        let guest = try cpu(
            "<cpu mode='custom' match='minimum'><model>Conroe</model><feature policy='disable' name='x2apic'/><feature policy='disable' name='dca'/></cpu>"
        ).updated(for: host)
        #expect(guest.features.map(\.name) == ["dca", "vmx", "x2apic"])
        #expect(guest.features.first?.policy == .disable)
    }

    @Test("models and features that nobody knows are named")
    func unknown() throws {
        #expect(throws: ProcessorError.unknownModel("Foo")) { try compare("<cpu><model>Foo</model></cpu>") }
        #expect(throws: ProcessorError.unknownFeature("bogus")) {
            try compare("<cpu><model>Penryn</model><feature name='bogus'/></cpu>")
        }
    }

    @Test("POWER processors have one model in common or none, by older names too")
    func power() throws {
        let cpus = try ["POWER8", "power8e"].map {
            try cpu("<cpu><arch>ppc64</arch><model>\($0)</model></cpu>")
        }
        #expect(try CPUBaseline().of(cpus, architecture: "ppc64").model?.name == "POWER8")
        let other = try cpu("<cpu><arch>ppc64</arch><model>POWER9</model></cpu>")
        #expect(throws: ProcessorError.incompatible) {
            try CPUBaseline().of(cpus + [other], architecture: "ppc64")
        }
    }

    @Test("what is optional is settled by the host, what is asked for at least becomes the host's")
    func updates() throws {
        let host = try cpu("<cpu><arch>x86_64</arch><model>Penryn</model><feature name='dca'/></cpu>")
        let asked = try cpu(
            """
            <cpu match='exact'><model>Conroe</model><feature policy='optional' name='dca'/>\
            <feature policy='optional' name='avx'/></cpu>
            """)
        #expect(
            try asked.updated(for: host).features == [
                CPUFeature("dca", .require), CPUFeature("avx", .disable),
            ])
        let least = try cpu("<cpu match='minimum'><model>pentium3</model></cpu>").updated(for: host)
        #expect(least.model?.name == "Penryn")
        #expect(least.match == .exact)
        #expect(least.features == [CPUFeature("dca", .require)])
    }
}
