import Foundation
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// How many published descriptions of binaries come out as they should: whole, and with all but the model that is
/// nearest to the host's processor. The counts must never fall below those recorded in
/// `Tests/conformance-floors.txt`.
@Suite(.enabled(if: Corpus.isPresent)) struct DomainCapabilitiesTests {
    @Test("what a binary can do is described as libvirt describes it")
    func all() throws {
        var counts = ["domaincaps": 0, "domaincaps.devices": 0]
        var total = 0
        var failures = ""
        for name in Corpus.names(in: Self.folder) where name.hasPrefix("qemu_") {
            guard let one = Case(name), let request = try one.request() else { continue }
            total += 1
            let text = try DomainCapabilities(request).xml()
            let (expected, actual) = (
                one.expected.split(separator: "\n").map(String.init),
                text.split(separator: "\n").map(String.init)
            )
            if expected == actual { counts["domaincaps", default: 0] += 1 }
            let (left, right) = (Self.withoutHostModel(expected), Self.withoutHostModel(actual))
            if left == right { counts["domaincaps.devices", default: 0] += 1 }
            failures += "== \(name)\n\(ArgumentComparison.difference(expected, actual))\n"
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("\(name) \(count)/\(total)") }
        if let path = ProcessInfo.processInfo.environment["ROOST_FAILURES"] {
            try failures.write(toFile: path, atomically: true, encoding: .utf8)
        }
        for (name, floor) in try ConformanceFloors.all() where name.hasPrefix("domaincaps") {
            #expect((counts[name] ?? 0) >= floor, "\(name)")
        }
    }

    private static let folder = "domaincaps/domaincapsdata"

    /// The lines but those of the model that is nearest to the host's processor.
    private static func withoutHostModel(_ lines: [String]) -> [String] {
        var isInside = false
        return lines.filter { line in
            if line.contains("<mode name='host-model'") { isInside = !line.hasSuffix("/>") }
            defer { if line.contains("</mode>") { isInside = false } }
            return !isInside && !line.contains("<mode name='host-model'")
        }
    }

    /// `qemu_VERSION[-KIND].ARCH[+VARIANT].xml`
    private struct Case {
        let version: String
        let kind: String
        let architecture: String
        let variant: String
        let expected: String

        init?(_ file: String) {
            let stem = file.dropFirst("qemu_".count).dropLast(".xml".count)
            guard let dot = stem.lastIndex(of: "."),
                let text = Corpus.text("\(DomainCapabilitiesTests.folder)/\(file)")
            else { return nil }
            let parts = stem[..<dot].split(separator: "-", maxSplits: 1).map(String.init)
            version = parts.first ?? ""
            kind = parts.dropFirst().first ?? ""
            let target = stem[stem.index(after: dot)...]
            architecture = String(target.prefix { $0 != "+" })
            variant = String(target.drop { $0 != "+" })
            expected = text
        }

        /// nil where what the binary answered is not there.
        func request() throws -> DomainCapabilitiesRequest? {
            guard let qemu = try Corpus.capabilities("\(version)_\(architecture)\(variant)") else {
                return nil
            }
            let document = try DomainCapabilities(xml: expected)
            let accelerator = QEMUAccelerator.allCases.first { $0.virtType == document.domain } ?? .tcg
            let loaders = ["/obviously/fake/firmware1.fd", "/obviously/fake/firmware2.fd"]
            var request = DomainCapabilitiesRequest(
                qemu: qemu, architecture: architecture, machine: document.machine ?? "",
                accelerator: accelerator,
                firmware: Corpus.firmware, images: loaders, hostHasVFIO: true)
            // The host that the data was made on.
            request.tpmVersions = version.hasPrefix("6.") ? ["1.2", "2.0"] : ["2.0"]
            if architecture == "ppc64" { request.power = "POWER8" }
            request.encryptedGuests = (59, 450)
            return request
        }
    }
}
