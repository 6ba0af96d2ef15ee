import Explanation
import HostKit
import LinuxSystem
import QEMUModel

/// A program that serves a guest beside QEMU, as far as it is explained.
struct HostHelper: Sendable {
    /// What it is and what it serves, such as `swtpm of tpm0`.
    let name: String
    /// The name of the device, or of the image, that it serves.
    let alias: String
    /// Its process, or what would be run.
    let detail: String

    init(_ record: ProgramRecord) {
        (name, alias) = (record.name, record.alias)
        detail = "process \(record.process.id), log \(record.log)"
    }

    init(_ planned: HelperProcess) {
        (name, alias) = (planned.name, planned.alias)
        detail = "started before QEMU: " + ([planned.program] + planned.arguments).joined(separator: " ")
    }

    var fact: DomainExplanation.HostFact { .init("helper", name, detail) }

    /// Whether it serves an element: a device of the name, or one whose arguments name the image.
    func serves(_ node: DocumentNode, _ arguments: [[String]]) -> Bool {
        node.alias == alias || arguments.contains { $0.contains { $0.contains("\"\(alias)\"") } }
    }
}
