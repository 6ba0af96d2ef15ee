import XMLBinding

/// A PCI device.
public struct PCICapability: XMLElement {
    /// The class, subclass and interface.
    public var deviceClass: UInt32?
    public var domain: UInt32 = 0
    public var bus: UInt32 = 0
    public var slot: UInt32 = 0
    public var function: UInt32 = 0
    public var product = IdentifiedName()
    public var vendor = IdentifiedName()
    /// The device that this one is a part of.
    @Boxed public var physicalFunction: FunctionList?
    /// The parts that this one is divided into.
    @Boxed public var virtualFunctions: FunctionList?
    public var isBridge = false
    public var isCardbusBridge = false
    @Boxed public var mdevTypes: MdevTypes?
    @Boxed public var vpd: VPD?
    @Boxed public var iommuGroup: IOMMUGroup?
    public var numaNode: Int32?
    public var links: [Link] = []
    /// Whether the device is on PCI Express.
    public var isExpress = false

    public init() {}

    /// The device's place.
    public var address: PCIAddress { PCIAddress(domain: domain, bus: bus, slot: slot, function: function) }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var digits = deviceClass?.hex(width: 6)
        try x.value("class", &digits)
        if x.isReading { deviceClass = digits.flatMap { UInt32(base16: $0) } }
        try x.require(
            digits == nil || deviceClass != nil, "invalid PCI class supplied for '\(x.device)'",
            .internalError)
        try x.supplied("domain", &domain, "PCI domain ID")
        try x.supplied("bus", &bus, "PCI bus ID")
        try x.supplied("slot", &slot, "PCI slot ID")
        try x.supplied("function", &function, "PCI function ID")
        if x.isReading { try x.supply(x.attribute("id", ofChild: "vendor") != nil, "PCI vendor ID") }
        try x.supplied("product", &product, "PCI product ID")
        try x.supplied("vendor", &vendor, "PCI vendor ID")
        try x.requireSubcapabilityTypes()
        try x.subcapability("phys_function", &physicalFunction)
        try x.require(
            physicalFunction?.addresses.isEmpty != true, "Missing address in 'phys_function' capability")
        try x.subcapability("virt_functions", &virtualFunctions)
        physicalFunction?.maxCount = nil
        for child in x.node?.children ?? []
        where child.name == "capability" && child.attribute("type") == "virt_functions" {
            let count = child.attribute("maxCount") ?? ""
            try x.require(count.isEmpty || UInt32(xml: count) != nil, "Malformed 'maxCount' parameter")
        }
        try x.subcapability("pci-bridge", &isBridge)
        try x.subcapability("cardbus-bridge", &isCardbusBridge)
        try x.subcapability("mdev_types", &mdevTypes)
        try x.subcapability("vpd", &vpd)
        try x.element("iommuGroup", &iommuGroup)
        try x.group("numa") { (x) throws(XMLError) in
            try x.attribute(
                "node", &numaNode,
                .unlessEmpty.refusing("invalid NUMA node ID supplied for '\(x.device)'", .internalError))
        }
        if x.isWriting, links.isEmpty { return try x.flag("pci-express", &isExpress) }
        try x.group("pci-express") { (x) throws(XMLError) in
            if x.isReading { isExpress = true }
            try x.elements("link", &links)
            // What a link's registers are is said by a word; others are passed over.
            if x.isReading { links.removeAll { $0.validity == nil } }
        }
    }

    /// Other functions of the same card.
    public struct FunctionList: XMLElement {
        public var maxCount: UInt32?
        public var addresses: [PCIAddress] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("maxCount", &maxCount, .orNone)
            try x.elements("address", &addresses)
        }
    }

    public struct IOMMUGroup: XMLElement {
        public var number: UInt32 = 0
        public var addresses: [PCIAddress] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("number", &number)
            try x.elements("address", &addresses)
        }
    }

    /// How fast the slot is, and how fast the device uses it.
    public struct Link: XMLElement {
        public var validity: Validity?
        public var port: Int32?
        /// In GT/s.
        public var speed: String?
        public var width: UInt32 = 0

        public init() {}

        public enum Validity: String, XMLWord { case cap, sta }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("validity", &validity, .orNone)
            try x.attribute("port", &port)
            if x.isWriting || x.node?.attribute("speed") != "" {
                try x.word("speed", &speed, of: ["2.5", "5", "8", "16", "32", "64"])
            }
            try x.width(&width)
        }
    }
}

/// A name with the number that stands for it.
public struct IdentifiedName: XMLElement {
    public var id: UInt32 = 0
    public var name: String?
    /// As libvirt writes it for USB: with a blank behind a number without a name.
    var isSpaced = false

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var number: UInt32? = id
        try x.base16("id", &number, width: 4)
        id = number ?? 0
        if isSpaced, name == nil { x.verbatim(attributes: " ") }
        try x.content(&name)
    }
}

/// The kinds of mediated device that a device can be divided into.
public struct MdevTypes: XMLElement {
    public var types: [MdevType] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.elements("type", &types) }

    public struct MdevType: XMLElement {
        public var id = ""
        public var name: String?
        public var deviceAPI = ""
        public var availableInstances: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute(
                "id", &id, .unlessEmpty,
                orElse: "missing 'id' attribute for mediated device's <type> element")
            try x.value("name", &name)
            try x.value("deviceAPI", &deviceAPI)
            try x.require(!deviceAPI.isEmpty, "missing device API for mediated device type '\(id)'")
            var count: UInt32? = x.isReading ? nil : availableInstances
            let words = "missing number of available instances for mediated device type '\(id)'"
            try x.value("availableInstances", &count, .refusing(words, .xml))
            try x.require(count != nil, words)
            availableInstances = count ?? 0
        }
    }
}

/// What a card's maker wrote into it.
public struct VPD: XMLElement {
    public var name: String?
    public var fields: [Fields] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("name", &name)
        try x.require(
            name?.isEmpty == false || x.isWriting, "Could not read a device name from the <name> element")
        try x.elements("fields", &fields)
    }

    public struct Fields: XMLElement {
        public var access: Access = .readonly
        public var changeLevel: String?
        public var manufactureID: String?
        public var partNumber: String?
        public var serialNumber: String?
        public var assetTag: String?
        public var vendorFields: [Field] = []
        public var systemFields: [Field] = []

        public init() {}

        public enum Access: String, XMLWord { case readonly, readwrite }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let words = "Unsupported VPD field access type '%'"
            try x.attribute("access", &access, .refusing(words, .xml))
            try x.value("change_level", &changeLevel)
            try x.value("manufacture_id", &manufactureID)
            try x.value("part_number", &partNumber)
            try x.value("serial_number", &serialNumber)
            try x.value("asset_tag", &assetTag)
            try x.fields("vendor_field", &vendorFields)
            // What the system's owner wrote stands where it can be written.
            if access == .readwrite { try x.fields("system_field", &systemFields) }
        }
    }

    public struct Field: XMLElement {
        public var index = ""
        public var value = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("index", &index)
            try x.content(&value)
        }
    }
}

extension XMLBinder {
    /// How many lanes a link has: reading takes any C notation, and needs one.
    fileprivate mutating func width(_ value: inout UInt32) throws(XMLError) {
        var number: UInt32? = isReading ? nil : value
        try self.number(
            "width", &number,
            .refusing(
                "Invalid value for attribute 'width' in element 'link': '%'. Expected non-negative integer value",
                .xml))
        guard let number else {
            throw fault("Missing required attribute 'width' in element 'link'", attribute: "width")
        }
        value = number
    }

    /// Fields that have one byte for a name.
    fileprivate mutating func fields(_ name: StaticString, _ list: inout [VPD.Field]) throws(XMLError) {
        try elements(name, &list)
        guard isReading else { return }
        for field in list {
            try require(field.index.utf8.count == 1, "'\(name)' 'index' value '\(field.index)' malformed")
        }
    }
}
