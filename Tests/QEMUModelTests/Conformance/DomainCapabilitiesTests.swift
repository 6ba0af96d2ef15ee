import Foundation
import PublishedData
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// Whether published descriptions of binaries come out as they should: whole, and with all but the model that is
/// nearest to the host's processor.
@Suite(.published) struct DomainCapabilitiesTests {
    @Test("what a binary can do is described as libvirt describes it")
    func all() throws {
        var whole = CaseCount("domaincaps"), devices = CaseCount("domaincaps.devices")
        for name in Published.names(in: Self.folder) where name.hasPrefix("qemu_") {
            guard let one = Case(name), let request = try one.request() else { continue }
            let text = try DomainCapabilities(request).xml()
            whole.add(name, CaseCount.difference(one.expected, text))
            devices.add(
                name,
                CaseCount.difference(Self.withoutHostModel(one.expected), Self.withoutHostModel(text)))
        }
        whole.tell()
        devices.tell()
    }

    private static let folder = "domaincaps/domaincapsdata"

    /// The lines but those of the model that is nearest to the host's processor.
    private static func withoutHostModel(_ text: String) -> String {
        var isInside = false
        return text.split(separator: "\n").filter { line in
            if line.contains("<mode name='host-model'") { isInside = !line.hasSuffix("/>") }
            defer { if line.contains("</mode>") { isInside = false } }
            return !isInside && !line.contains("<mode name='host-model'")
        }.joined(separator: "\n")
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
                let text = Published.text("\(DomainCapabilitiesTests.folder)/\(file)")
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
            guard let qemu = try Published.capabilities("\(version)_\(architecture)\(variant)") else {
                return nil
            }
            let document = try DomainCapabilities(xml: expected)
            let accelerator = QEMUAccelerator.allCases.first { $0.virtType == document.domain } ?? .tcg
            let loaders = ["/obviously/fake/firmware1.fd", "/obviously/fake/firmware2.fd"]
            var request = DomainCapabilitiesRequest(
                qemu: qemu, architecture: architecture, machine: document.machine ?? "",
                accelerator: accelerator,
                firmware: Published.firmware, images: loaders, hostHasVFIO: true)
            // The host that the data was made on.
            request.tpmVersions = version.hasPrefix("6.") ? ["1.2", "2.0"] : ["2.0"]
            if architecture == "ppc64" { request.power = "POWER8" }
            request.encryptedGuests = (59, 450)
            return request
        }
    }
}
