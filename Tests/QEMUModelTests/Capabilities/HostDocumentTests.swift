import JSON
import Testing
import Virt
import VirtXML

@testable import QEMUModel

@Suite struct HostDocumentTests {
    /// A binary with one machine, which stands last, and one that it takes by default.
    private func binary() throws -> QEMUSummary {
        let machines: JSONValue = [
            ["name": "isapc", "cpu-max": 1],
            ["name": "pc-i440fx-7.2", "alias": "pc", "is-default": true, "cpu-max": 255, "deprecated": true],
        ]
        let answers: [(String, JSONValue)] = [
            ("qmp_capabilities", [:]), ("query-target", ["arch": "i386"]), ("query-machines", machines),
        ]
        return try QEMUSummary(
            emulator: "/usr/bin/qemu-system-i386",
            exchanges: answers.map {
                QEMUExchange(command: $0.0, arguments: nil, answer: ["return": $0.1])
            })
    }

    @Test("the default machine comes first, by both of its names")
    func machines() throws {
        let guest = GuestCapabilities(InstalledGuest(architecture: "i686", binary: try binary()))
        #expect(guest.machines.map(\.name) == ["pc-i440fx-7.2", "pc", "isapc"])
        #expect(guest.machines.map(\.canonical) == [nil, "pc-i440fx-7.2", nil])
        #expect(guest.machines.map(\.deprecated) == [true, true, false])
        #expect(guest.arch == "i686")
        #expect(guest.wordsize == 32)
        #expect(guest.features?.pae == true)
    }
}
