import Virt
import XMLBinding

/// A filter in force on a guest's card.
public struct FilterBindingDefinition: XMLRoot {
    public static let elementName: StaticString = "filterbinding"

    public var ownerName = ""
    public var ownerUUID: UUID?
    /// The card's end on the host.
    public var portDev = ""
    public var linkDev: String?
    public var mac: MACAddress?
    public var filter = FilterReference()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("owner") { (x) throws(XMLError) in
            try x.value("name", &ownerName)
            try x.uuid(&ownerUUID)
        }
        try x.group("portdev") { (x) throws(XMLError) in try x.attribute("name", &portDev) }
        try x.group("linkdev") { (x) throws(XMLError) in try x.attribute("name", &linkDev) }
        try x.group("mac") { (x) throws(XMLError) in try x.attribute("address", &mac) }
        try x.element("filterref", &filter)
    }
}
