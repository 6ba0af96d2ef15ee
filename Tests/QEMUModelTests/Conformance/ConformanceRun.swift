import Foundation
import PublishedData
import QEMUCorpus
import VirtXML
import XMLBinding

@testable import QEMUModel

/// What became of one case.
struct ConformanceRun {
    /// By kind (`args`, `xml`, `err`): nil if it is as expected, else how it differs.
    var outcomes: [String: String?] = [:]

    init(_ one: ConformanceCase) {
        var domain: DomainDefinition?
        var failure: (any Error)?
        var words: [String]?
        do {
            guard let qemu = try Published.capabilities(one.capabilities) else { throw MissingCapabilities() }
            var parsed = try DomainDefinition(xml: one.text("input") ?? "", options: .inactive)
            try parsed.fillQEMUDefaults(qemu, host: ConformanceHost.host(one))
            domain = parsed
            try parsed.prepareForStart(qemu, host: ConformanceHost.host(one))
            ConformanceHost.choosePorts(&parsed)
            var resources = ConformanceHost.resources(parsed)
            // What the host of these cases had installed, their names say.
            resources.usesNbdkit = one.name.contains("nbdkit")
            let guest = QEMUGuest(domain: parsed, qemu: qemu, resources: resources)
            words = try QEMUCommandLine.arguments(for: guest)
        } catch {
            failure = error
        }
        for kind in one.expected.union(one.expected.contains("err") ? ["err.words"] : []) {
            outcomes[kind] = .some(
                Self.outcome(kind, one.text(kind == "err.words" ? "err" : kind) ?? "", domain, words, failure)
            )
        }
    }

    struct MissingCapabilities: Error {}

    private static func outcome(
        _ kind: String, _ expected: String, _ domain: DomainDefinition?, _ words: [String]?,
        _ failure: (any Error)?
    ) -> String? {
        switch kind {
        case "args":
            guard let words else { return "failed: \(failure.map { "\($0)" } ?? "")" }
            let (left, right) = (
                ArgumentComparison.canonical(ArgumentComparison.parse(expected)),
                ArgumentComparison.canonical(words)
            )
            return left == right ? nil : ArgumentComparison.difference(left, right)
        case "xml":
            guard let domain else { return "failed: \(failure.map { "\($0)" } ?? "")" }
            guard let text = try? domain.xml(options: [.inactive, .secure]) else { return "not written" }
            if text == expected { return nil }
            return ArgumentComparison.difference(
                expected.components(separatedBy: "\n"), text.components(separatedBy: "\n"))
        case "err", "err.words": return error(kind, expected, failure)
        default: return nil
        }
    }

    private static func error(_ kind: String, _ expected: String, _ failure: (any Error)?) -> String? {
        let wanted = expected.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let failure else { return "no error: \(wanted)" }
        let text = ErrorComparison.text(of: failure)
        let fits = kind == "err" ? ErrorComparison.meansTheSame(wanted, text) : wanted == text
        return fits ? nil : "- \(wanted)\n+ \(text)"
    }
}
