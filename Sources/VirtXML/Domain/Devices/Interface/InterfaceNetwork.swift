import Virt
import XMLBinding

/// How much a card may send and receive.
public struct Bandwidth: XMLElement {
    public var classID: UInt32?
    public var inbound: Limits?
    public var outbound: Limits?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("classID", &classID)
        try x.element("inbound", &inbound)
        try x.element("outbound", &outbound)
    }

    /// In KiB a second; `burst` in KiB.
    public struct Limits: XMLElement {
        public var average: UInt64?
        public var peak: UInt64?
        public var burst: UInt64?
        public var floor: UInt64?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("average", &average)
            try x.attribute("peak", &peak)
            try x.attribute("floor", &floor)
            try x.attribute("burst", &burst)
        }
    }
}

/// The virtual networks that a card's packets belong to.
public struct VLAN: XMLElement {
    public var trunk = false
    public var tags: [Tag] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting { trunk = trunk || isTrunk }
        try x.yes("trunk", &trunk, .unlessEmpty)
        try x.elements("tag", &tags)
        if x.isReading { trunk = trunk || isTrunk }
    }

    /// What the tags say by themselves: more than one, or one that says what untagged packets are.
    private var isTrunk: Bool { tags.count > 1 || tags.contains { $0.nativeMode != nil } }

    public struct Tag: XMLElement {
        /// 0...4095
        public var id: UInt32 = 0
        public var nativeMode: NativeMode?

        public init() {}

        public enum NativeMode: String, XMLWord { case tagged, untagged }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.require(id <= 4095, "vlan tag id \(id) too large (maximum 4095)")
            try x.attribute("nativeMode", &nativeMode)
        }
    }
}

/// What a switch is told about a card.
public struct VirtualPort: XMLElement {
    public var type: Kind?
    public var managerID: UInt32?
    public var typeID: UInt32?
    public var typeIDVersion: UInt32?
    public var instanceID: UUID?
    public var interfaceID: UUID?
    public var profileID: String?

    public init() {}

    public enum Kind: String, XMLWord {
        case none, openvswitch, midonet
        case qbg = "802.1Qbg"
        case qbh = "802.1Qbh"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type, .refusing("unknown virtualport type %"))
        try x.group("parameters") { (x) throws(XMLError) in
            try x.number(
                "managerid", &managerID, .refusing("cannot parse value of managerid parameter", .xml))
            try x.number("typeid", &typeID, .refusing("cannot parse value of typeid parameter", .xml))
            try x.number(
                "typeidversion", &typeIDVersion,
                .refusing("cannot parse value of typeidversion parameter", .xml))
            try x.attribute(
                "instanceid", &instanceID, .refusing("cannot parse instanceid parameter as a uuid", .xml))
            try x.attribute(
                "interfaceid", &interfaceID, .refusing("cannot parse interfaceid parameter as a uuid", .xml))
            try x.attribute("profileid", &profileID, .unlessEmpty)
        }
    }
}

/// A filter that a card's packets pass, with values for its variables.
public struct FilterReference: XMLElement {
    public var filter = ""
    public var parameters: [Parameter] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("filter", &filter)
        try x.elements("parameter", &parameters)
    }

    public struct Parameter: XMLElement {
        public var name = ""
        public var value = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("value", &value)
        }
    }
}
