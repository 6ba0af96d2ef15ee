import VirtXML
import XMLBinding

@testable import Processors

/// `ARCH-baseline-NAME.xml` holds several CPUs; `-result`, `-expanded` and `-migratable` what they have in common.
enum BaselineCases {
    static func all() throws -> [CPUCase] {
        try Corpus.names.filter { $0.contains("-baseline-") && !$0.contains("-cpuid-") }.flatMap {
            try cases($0)
        }
    }

    private static func cases(_ file: String) throws -> [CPUCase] {
        guard let kind = ["result", "expanded", "migratable"].first(where: { file.hasSuffix("-\($0).xml") }),
            let expected = Corpus.text(file),
            let input = Corpus.text(file.dropLast(kind.count + ".xml".count + 1) + ".xml")
        else { return [] }
        let cpus = try CPUList(xml: input).cpus
        var baseline = CPUBaseline()
        baseline.migratable = kind == "migratable"
        baseline.expandsFeatures = kind == "expanded"
        let actual = try baseline.of(cpus.map(\.cpu), architecture: cpus.first?.arch ?? "").xml()
        return [CPUCase(group: "cpu.baseline", name: file, expected: expected, actual: actual)]
    }
}

/// Several CPUs in one document.
struct CPUList: XMLRoot {
    static let elementName: StaticString = "cpuTest"
    var cpus: [CPUDescription] = []

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.elements("cpu", &cpus) }
}

/// `x86_64-cpuid-baseline-A+B.xml` is what the CPUs have in common that two QEMUs offered. The label tells of each
/// by a part of its own name or of its model's: a case passes if any two of those make it.
enum LabelledBaselineCases {
    static func all() throws -> [CPUCase] {
        let offers = try Corpus.names.filter { $0.hasPrefix("x86_64-cpuid-") && $0.hasSuffix("-json.xml") }
            .compactMap { name in try Corpus.text(name).map { (name, try GuestCPU(xml: $0)) } }
        return try Corpus.names.filter { $0.hasPrefix(prefix) }.compactMap { try one($0, offers) }
    }

    private static let prefix = "x86_64-cpuid-baseline-"

    private static func one(_ file: String, _ offers: [(String, GuestCPU)]) throws -> CPUCase? {
        let label = file.dropFirst(prefix.count).dropLast(".xml".count).split(separator: "+").map(String.init)
        guard let expected = Corpus.text(file), label.count == 2 else { return nil }
        let (first, second) = (matching(label[0], offers), matching(label[1], offers))
        var results: [String] = []
        for one in first {
            for other in second {
                results.append(try X86Guest.baseline([one, other], migratable: false).xml())
            }
        }
        guard let any = results.first else { return nil }
        return CPUCase(
            group: "cpu.labelled", name: file, expected: expected,
            actual: results.first { $0 == expected } ?? any)
    }

    private static func matching(_ part: String, _ offers: [(String, GuestCPU)]) -> [GuestCPU] {
        offers.filter { name, cpu in
            let model = cpu.model?.name ?? ""
            return name.contains("-" + part) || model == part || model.hasPrefix(part + "-")
                || model.hasSuffix("-" + part)
        }.map(\.1)
    }
}
