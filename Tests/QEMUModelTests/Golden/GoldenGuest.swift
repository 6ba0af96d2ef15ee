import PublishedData
import QEMUCorpus
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import QEMUModel

/// What becomes of one of the project's own documents with QEMU 10.0.
struct GoldenGuest {
    private let document: String
    private let qemu: QEMUCapabilities
    private let host: QEMUHost

    init(_ document: String) throws {
        self.document = document
        let architecture = (try? DomainDefinition(xml: document, options: .inactive))?.os.arch ?? "x86_64"
        qemu = try #require(RecordedQEMU.newest(architecture)).capabilities()
        var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = RecordedQEMU.firmware
        host.updatesABI = true
        self.host = host
    }

    /// By kind: the definition, the command line with an option a line, or the words it is refused with.
    func results() -> [String: String] {
        var found: [String: String] = [:]
        do {
            found["out"] = try definition().xml(options: [.inactive, .secure])
            let words = try QEMUCommandLine.arguments(for: guest())
            found["args"] = ArgumentComparison.canonical(words).joined(separator: "\n") + "\n"
        } catch {
            found["err"] = ErrorComparison.text(of: error) + "\n"
        }
        return found
    }

    /// The guest as it is started.
    func guest() throws -> QEMUGuest {
        var domain = try definition()
        try domain.prepareForStart(qemu, host: host)
        ConformanceHost.choosePorts(&domain)
        return QEMUGuest(domain: domain, qemu: qemu, resources: ConformanceHost.resources(domain))
    }

    private func definition() throws -> DomainDefinition {
        var domain = try DomainDefinition(xml: document, options: .inactive)
        // A definition without one gets one at random.
        if domain.uuid == nil { domain.uuid = .zero }
        try domain.fillQEMUDefaults(qemu, host: host)
        return domain
    }
}
