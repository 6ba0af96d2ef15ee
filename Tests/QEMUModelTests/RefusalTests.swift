import Foundation
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// A document that can't be, and why.
struct Refused: Sendable, CustomTestStringConvertible {
    let board: String
    let message: String
    let fragment: String
    var testDescription: String { message }
}

/// Documents that can't be: each is refused, with the words that libvirt's users know.
@Suite
struct RefusalTests {
    @Test("what can't be is refused with libvirt's words", arguments: refusals)
    func refused(_ one: Refused) throws {
        let error = #expect(throws: (any Error).self) { try define(one) }
        #expect(error.map(ErrorComparison.text) == one.message)
    }

    @Test("the documents are read")
    func areRead() { #expect(refusals.count > 250) }

    private func define(_ one: Refused) throws {
        let (architecture, machine) = try #require(Self.boards[one.board])
        let qemu = try #require(RecordedQEMU.newest(architecture)).capabilities()
        var domain = try DomainDefinition(
            xml: document(one.fragment, architecture, machine), options: .inactive)
        var host = QEMUHost(architecture: architecture) { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        // A new definition.
        host.updatesABI = true
        try domain.fillQEMUDefaults(qemu, host: host)
    }

    private func document(_ fragment: String, _ architecture: String, _ machine: String) -> String {
        // What belongs beside the devices stands in front of them.
        let devices = fragment.firstRange(
            of: /<(?!memoryBacking|iothreads|features|source|access|acpi|ioapic|\/)/)
        let start = devices?.lowerBound ?? fragment.startIndex
        let hasMemory = fragment.contains("<memory ")
        return """
            <domain type='qemu'><name>a</name><memory unit='KiB'>1048576</memory><vcpu>1</vcpu>
            \(hasMemory ? "<maxMemory slots='16' unit='KiB'>8388608</maxMemory>" : "")
            \(hasMemory ? "<cpu><numa><cell id='0' cpus='0' memory='1048576' unit='KiB'/></numa></cpu>" : "")
            <os><type arch='\(architecture)' machine='\(machine)'>hvm</type></os>
            \(fragment[..<start])<devices>\(fragment[start...])</devices></domain>
            """
    }

    private static let boards = [
        "pc": ("x86_64", "pc"), "q35": ("x86_64", "q35"), "virt": ("aarch64", "virt"),
        "pseries": ("ppc64", "pseries"), "ccw": ("s390x", "s390-ccw-virtio"), "riscv": ("riscv64", "virt"),
    ]
}

private let refusals: [Refused] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Documents/refused.xml")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.matches(of: /(?s)<refused board="([^"]*)" says="([^"]*)">\s*(.*?)\s*<\/refused>/).map {
        Refused(board: String($0.1), message: plain(String($0.2)), fragment: String($0.3))
    }
}()

private func plain(_ text: String) -> String {
    text.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&quot;", with: "\"")
        .replacingOccurrences(of: "&amp;", with: "&")
}
