import Foundation
import JSON
import Processors
import PublishedData
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// What libvirt makes of QEMU's replies about processors: `NAME-cpus.json` and `NAME-hotplug.json` are replies,
/// `NAME.data` is the table made of them. Where one of the replies isn't among the data, it is put together from the
/// table. `getcpu-NAME.json` are the registers that QEMU tells of, `.data` the document of them.
@Suite(.published) struct MonitorReplyTests {
    private static let folder = "qmp/qemumonitorjsondata/"

    @Test("replies about processors are understood as libvirt understands them")
    func all() throws {
        var count = CaseCount("qmp")
        for file in Published.names(in: Self.folder) where file.hasSuffix(".data") {
            let name = String(file.dropLast(".data".count))
            guard let expected = Published.text(Self.folder + file) else { continue }
            if name.contains("-getcpu-") {
                guard let reply = try Self.reply(name) else { continue }
                count.add(name) { try Self.registers(reply, expected) }
            } else {
                let (places, running) = (try Self.reply(name + "-hotplug"), try Self.reply(name + "-cpus"))
                // Of a table alone nothing can be told.
                if places == nil && running == nil { continue }
                count.add(name) { Self.table(places, running, expected) }
            }
        }
        count.tell()
    }

    private static func reply(_ name: String) throws -> JSONValue? {
        guard let bytes = Published.bytes("\(folder)\(name).json") else { return nil }
        return try JSONValue(parsing: bytes)["return"]
    }

    private static func table(_ places: JSONValue?, _ running: JSONValue?, _ expected: String) -> String {
        let table = ProcessorTable(expected)
        let guest = GuestProcessors(
            places: places ?? table.places, running: running ?? table.running, maximum: table.count)
        return CaseCount.difference(expected, ProcessorTable.text(guest))
    }

    private static func registers(_ reply: JSONValue, _ expected: String) throws -> String {
        let document = X86CPUID(featureWords: reply).document
        return CaseCount.difference(try CPUData(xml: expected).xml(), try document.xml())
    }
}
