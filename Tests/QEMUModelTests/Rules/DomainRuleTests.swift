import Foundation
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// What libvirtd 11.3 makes of small documents, each about one property outside of the devices.
@Suite struct DomainRuleTests {
    /// A document: what stands before `<os>`, in it, and after it.
    struct Rule: Sendable, CustomTestStringConvertible {
        var machine: Machine
        var part: String
        var expected: String

        init(_ machine: Machine, _ part: String, _ expected: String) {
            (self.machine, self.part, self.expected) = (machine, part, expected)
        }

        var testDescription: String { "\(machine.rawValue): \(part)" }
    }

    enum Machine: String, Sendable {
        case pc = "x86_64 pc"
        case q35 = "x86_64 q35"
        case virt = "aarch64 virt"
        case pseries = "ppc64 pseries"
        case ccw = "s390x s390-ccw-virtio"
        case riscv = "riscv64 virt"
    }

    @Test("what can't be is refused with libvirt's words", arguments: refusals)
    func refused(_ rule: Rule) throws {
        let (domain, qemu, host) = try Self.read(rule)
        let error = #expect(throws: (any Error).self) {
            var domain = try domain.get()
            try domain.fillQEMUDefaults(qemu, host: host)
            try domain.prepareForStart(qemu, host: host)
        }
        #expect(error.map(ErrorComparison.text(of:)) == rule.expected)
    }

    @Test("what is asked for reaches the command line", arguments: lines)
    func told(_ rule: Rule) throws {
        let (domain, qemu, host) = try Self.read(rule)
        var settled = try domain.get()
        try settled.fillQEMUDefaults(qemu, host: host)
        try settled.prepareForStart(qemu, host: host)
        let guest = QEMUGuest(domain: settled, qemu: qemu, resources: ConformanceHost.resources(settled))
        let line = try QEMUCommandLine.arguments(for: guest).joined(separator: " ")
        #expect(line.contains(rule.expected), "\(line)")
    }

    @Test("what is left open is written down as libvirt writes it", arguments: documents)
    func written(_ rule: Rule) throws {
        let (domain, qemu, host) = try Self.read(rule)
        var settled = try domain.get()
        try settled.fillQEMUDefaults(qemu, host: host)
        let text = try settled.xml(options: .inactive).split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }.joined()
        #expect(text.contains(rule.expected), "\(text)")
    }

    private static func read(_ rule: Rule) throws -> (
        Result<DomainDefinition, any Error>, QEMUCapabilities, QEMUHost
    ) {
        let words = rule.machine.rawValue.split(separator: " ").map(String.init)
        let isX86 = words[0] == "x86_64"
        let qemu = try #require(RecordedQEMU.newest(words[0])).capabilities()
        var part = rule.part
        var inside = ""
        if let start = part.range(of: "<os>"), let end = part.range(of: "</os>") {
            inside = String(part[start.upperBound..<end.lowerBound])
            part.removeSubrange(start.lowerBound..<end.upperBound)
        }
        let memory = part.contains("<memory>") ? "" : "<memory>1048576</memory>"
        let count =
            part.contains("<vcpu>") || part.contains("<vcpu ") && !part.contains("<vcpus>")
            ? "" : "<vcpu>4</vcpu>"
        let text = """
            <domain type='\(isX86 ? "kvm" : "qemu")'><name>a</name>\(memory)\(count)\(part)
            <os><type arch='\(words[0])' machine='\(words[1])'>hvm</type>\(inside)</os><devices/></domain>
            """
        var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = RecordedQEMU.firmware
        return (Result { try DomainDefinition(xml: text, options: .inactive) }, qemu, host)
    }
}
