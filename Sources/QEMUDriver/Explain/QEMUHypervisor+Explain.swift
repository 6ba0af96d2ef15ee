import DriverKit
import Explanation
import QEMUModel
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension QEMUHypervisor {
    /// Explains a document that isn't defined.
    func domainExplainXML(xml: String, flags: DomainXMLFlags) async throws(VirtError) -> String {
        try flags.require(.secure, in: "roostDomainExplainXML", from: .qemu)
        guard let given = DocumentNode(xml: xml, by: .user) else {
            _ = try await host.definition(xml)
            throw VirtError(.xmlError, "the document can't be understood", from: .qemu)
        }
        let log = FillLog(given, options: flags.explained)
        let definition = try await log.keep { () async throws(VirtError) in try await host.definition(xml) }
        return try await context.explain(definition, log, as: .document)
    }
}
