import Virt
import VirtXML
import XMLBinding

extension NetworkDefinition {
    /// Changes one part of the document, as the numbers of the call say (`virNetworkUpdate`).
    public mutating func update(
        _ command: UInt32, _ section: UInt32, parentIndex: Int32, with xml: String
    ) throws(VirtError) {
        do throws(XMLError) {
            try update(
                NetworkUpdateCommand(rawValue: Int32(bitPattern: command)),
                NetworkUpdateSection(rawValue: Int32(bitPattern: section)), parentIndex: parentIndex, xml: xml
            )
        } catch {
            throw VirtError(document: error, from: .network)
        }
    }
}
