import DriverKit
import Virt
import VirtXML
import XMLBinding

/// What a running network is, for the next daemon: a document like that of libvirt's, which it can read too.
struct NetworkRecord: XMLRoot {
    static let elementName: StaticString = "networkstatus"
    var network = NetworkDefinition()

    init() {}
    init(_ network: NetworkDefinition) { self.network = network }
    init(_ text: String) throws(XMLError) { try self.init(xml: text, options: []) }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.element("network", &network) }

    func text() throws(VirtError) -> String { try text([], from: .network) }
}
