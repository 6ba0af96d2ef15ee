import VirtXML
import XMLBinding

@testable import Processors

/// `ARCH-HOST+GUEST[,MODELS][-result].xml` is a guest's CPU on a host, if need be by other models.
enum UpdateCases {
    static func all() throws -> [CPUCase] {
        try Corpus.names.filter { $0.contains("+") && !$0.contains("baseline") }.compactMap { try one($0) }
    }

    private static func one(_ file: String) throws -> CPUCase? {
        let stem = file.dropLast(".xml".count)
        let plain = stem.hasSuffix("-result") ? stem.dropLast("-result".count) : stem
        guard let architecture = ["x86_64", "ppc64"].first(where: { plain.hasPrefix($0 + "-") }),
            let expected = Corpus.text(file)
        else { return nil }
        let parts = plain.dropFirst(architecture.count + 1).split(separator: "+").map(String.init)
        guard parts.count == 2 else { return nil }
        let (guestName, models) = split(parts[1])
        guard let host = Corpus.text("\(architecture)-\(parts[0]).xml"),
            let guest = Corpus.text("\(architecture)-\(guestName).xml"), let models
        else { return nil }
        var cpu = try GuestCPU(xml: guest)
        if cpu.model != nil, cpu.model?.fallback == nil { cpu.model?.fallback = .allow }
        if architecture == "x86_64" {
            cpu = try cpu.updated(for: CPUDescription(xml: host).cpu)
            if !models.isEmpty { cpu = try X86Guest.translated(cpu, to: models) }
        }
        return CPUCase(group: "cpu.update", name: file, expected: expected, actual: try cpu.xml())
    }

    /// The guest's name, and the models that its file's name lists; nil for a list that it only hints at.
    private static func split(_ text: String) -> (String, Set<String>?) {
        let parts = text.split(separator: ",").map(String.init)
        guard let list = parts.dropFirst().first else { return (text, []) }
        return (
            parts[0],
            list.hasPrefix("model") && list != "models" ? [String(list.dropFirst("model".count))] : nil
        )
    }
}
