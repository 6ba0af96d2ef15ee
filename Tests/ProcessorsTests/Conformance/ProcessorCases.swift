import VirtXML
import XMLBinding

@testable import Processors

/// One published result, and what becomes of its input here.
struct CPUCase {
    var group: String
    var name: String
    var expected: String
    var actual: String

    /// Empty where it came out as published.
    var difference: String {
        expected == actual ? "" : "--- expected\n\(expected)--- written\n\(actual)"
    }
}

/// `x86_64-cpuid-NAME.xml` holds a processor's registers, `NAME.json` what a QEMU on it expanded: they make the
/// host's CPU, guests' CPUs, and the registers that QEMU turned on and off.
enum ProcessorCases {
    static func all() throws -> [CPUCase] {
        try Corpus.names.filter { $0.hasPrefix("x86_64-cpuid-") && $0.hasSuffix(".xml") }.flatMap {
            try cases($0)
        }
    }

    private static func cases(_ file: String) throws -> [CPUCase] {
        let kinds = ["host", "guest", "json", "enabled", "disabled"]
        guard let kind = kinds.first(where: { file.hasSuffix("-\($0).xml") }),
            let expected = Corpus.text(file)
        else { return [] }
        let stem = String(file.dropLast(kind.count + ".xml".count + 1))
        guard let actual = try text(of: kind, stem) else { return [] }
        return [CPUCase(group: "cpu." + kind, name: file, expected: expected, actual: actual)]
    }

    /// nil where the input isn't there.
    private static func text(of kind: String, _ stem: String) throws -> String? {
        let registers = try Corpus.text(stem + ".xml").map { X86CPUID(try CPUData(xml: $0)) }
        let answers = try QEMUAnswers(stem + ".json")
        switch (kind, registers, answers) {
        case ("host", let registers?, _): return try host(registers)
        case ("guest", let registers?, let answers):
            return try guest(X86Processor(registers), answers?.models)
        case ("json", _, let answers?): return try guest(answers.processor, answers.models)
        case ("enabled", _, let answers?): return try document(answers.processor.features)
        case ("disabled", let registers?, let answers?):
            return try document(registers.features.subtracting(answers.processor.features))
        default: return nil
        }
    }

    private static func host(_ registers: X86CPUID) throws -> String {
        try HostCPU(x86: X86Processor(registers)).formatted(as: "cpu")
    }

    private static func guest(_ processor: X86Processor, _ models: Set<String>?) throws -> String {
        var cpu = try X86Guest.describe(processor.forGuests, models: models)
        // KVM shows this on its own where the guest has threads.
        cpu.features.removeAll { $0.name == "topoext" && $0.policy == .disable }
        return try cpu.xml()
    }

    private static func document(_ features: Set<String>) throws -> String {
        try X86CPUID(features: features).document.xml()
    }
}
