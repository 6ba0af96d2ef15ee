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
            var text = ownerUUID?.description
            try x.value("uuid", &text)
            ownerUUID = try parsed(text, "UUID", x) { UUID($0) }
        }
        try x.group("portdev") { (x) throws(XMLError) in try x.attribute("name", &portDev) }
        try x.group("linkdev") { (x) throws(XMLError) in
            try x.attribute("name", &linkDev, .unlessEmpty)
            // An empty one is none, and is wrong.
            if x.isReading, linkDev == nil { linkDev = "" }
        }
        try x.group("mac") { (x) throws(XMLError) in
            var text = mac?.xml
            try x.attribute("address", &text)
            mac = try parsed(text, "MAC", x) { MACAddress(xml: $0) }
        }
        try x.element("filterref", &filter)
    }

    private func parsed<Value>(
        _ text: String?, _ what: String, _ x: XMLBinder, _ parse: (String) -> Value?
    ) throws(XMLError) -> Value? {
        guard let text, !text.isEmpty else { return nil }
        if let value = parse(text) { return value }
        throw x.fault("Unable to parse \(what) '\(text)'", .internalError, value: text)
    }

    /// What a binding needs and this one hasn't; nil where it has all.
    public var missing: String? {
        let parts = [
            ("port dev name", !portDev.isEmpty), ("link dev name", linkDev?.isEmpty != true),
            ("owner name", !ownerName.isEmpty), ("owner UUID", ownerUUID != nil),
            ("MAC address", mac != nil), ("filter reference", !filter.filter.isEmpty),
        ]
        return parts.first { !$0.1 }?.0
    }
}
