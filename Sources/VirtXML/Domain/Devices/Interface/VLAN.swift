import XMLBinding

/// The virtual networks that a card's packets belong to.
public struct VLAN: XMLElement {
    public var trunk = false
    public var tags: [Tag] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading {
            try x.elements("tag", &tags)
            var said: String?
            try x.attribute("trunk", &said, .unlessEmpty)
            try check(said, x)
            trunk = tags.count > 1 || said == "yes"
        } else {
            trunk = trunk || tags.count > 1
            try x.yes("trunk", &trunk)
            try x.elements("tag", &tags)
        }
    }

    private func check(_ said: String?, _ x: XMLBinder) throws(XMLError) {
        if tags.isEmpty {
            throw x.fault("missing tag id - each <vlan> must have at least one <tag id='n'/> subelement")
        }
        let natives = tags.count { $0.nativeMode != nil }
        if natives > 1 { throw x.fault("duplicate native vlan setting") }
        guard let said, said != "yes" else { return }
        if tags.count > 1 {
            throw x.fault(
                "invalid \"trunk='\(said)'\" in <vlan> - trunk='yes' is required for more than one vlan tag",
                value: said)
        }
        if said != "no" {
            throw x.fault("invalid \"trunk='\(said)'\" in <vlan> - must be yes or no", value: said)
        }
        if natives > 0 {
            throw x.fault(
                "invalid configuration in <vlan> - \"trunk='no'\" is not allowed with a native vlan id")
        }
    }

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
