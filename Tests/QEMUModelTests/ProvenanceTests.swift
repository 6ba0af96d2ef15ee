import Foundation
import PublishedData
import QEMUCorpus
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import QEMUModel

/// Every argument of a command line belongs to one element of the document, or to Roost itself.
@Suite struct ProvenanceTests {
    @Test(.published)
    func everyArgumentOfTheCorpusComesFromSomewhere() throws {
        var checked = 0
        for one in ConformanceCase.all where one.expected.contains("args") {
            guard let qemu = try Published.capabilities(one.capabilities),
                var domain = try? DomainDefinition(xml: one.text("input") ?? "", options: .inactive),
                (try? domain.fillQEMUDefaults(qemu, host: ConformanceHost.host(one))) != nil,
                (try? domain.prepareForStart(qemu, host: ConformanceHost.host(one))) != nil
            else { continue }
            ConformanceHost.choosePorts(&domain)
            let resources = ConformanceHost.resources(domain)
            try check(QEMUGuest(domain: domain, qemu: qemu, resources: resources), one.stem)
            checked += 1
        }
        #expect(checked > 100)
    }

    @Test("the project's own documents", arguments: Golden.all(in: "domains"))
    func everyArgumentOfAGoldenDocumentComesFromSomewhere(_ one: Golden) throws {
        guard let guest = try? GoldenGuest(one.document()).guest() else { return }
        try check(guest, one.name)
    }

    @Test("the guests that end-to-end tests start")
    func everyArgumentOfAGuestComesFromSomewhere() throws {
        let qemu = try RecordedQEMU.x86.capabilities()
        var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = RecordedQEMU.firmware
        let documents = try GuestDocuments.all()
        for xml in documents {
            var domain = try DomainDefinition(xml: xml.replacing("PORT", with: "10809"), options: .inactive)
            domain.uuid = .zero
            guard (try? domain.fillQEMUDefaults(qemu, host: host)) != nil,
                (try? domain.prepareForStart(qemu)) != nil
            else { continue }
            domain.assumePorts()
            let resources = ConformanceHost.resources(domain)
            try check(QEMUGuest(domain: domain, qemu: qemu, resources: resources), domain.name)
        }
        #expect(documents.count >= 60)
    }

    private func check(_ guest: QEMUGuest, _ name: String) throws {
        guard let arguments = try? QEMUCommandLine.explained(for: guest) else { return }
        let xml = try guest.domain.xml(options: .secure)
        let document = try #require(DocumentNode(xml: xml, by: .user))
        // The arguments of all elements, one behind the other, are the command line.
        #expect(arguments.spans.flatMap { arguments.words[$0.range] } == arguments.words, "\(name)")
        for span in arguments.spans {
            for origin in [span.origin] + span.fragments.map(\.origin) {
                if case .roost(let reason) = origin {
                    #expect(!reason.isEmpty, "\(name)")
                } else if let path = origin.path, document.place(at: path) == nil {
                    Issue.record(
                        "\(name): there is no \(path), which \(arguments.words[span.range]) come from")
                }
            }
            let text = arguments.words[span.range].last.map { Array($0.utf8) } ?? []
            for piece in span.fragments.map({ text[$0.range] }) {
                #expect(!piece.isEmpty && piece.first != UInt8(ascii: ","), "\(name)")
            }
        }
    }
}
