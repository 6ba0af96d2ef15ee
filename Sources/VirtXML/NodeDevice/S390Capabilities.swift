import XMLBinding

/// A place in the channel subsystem, as elements.
public struct ChannelAddress: XMLElement {
    public var cssid: UInt32 = 0
    public var ssid: UInt32 = 0
    public var devno: UInt32 = 0

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.hexValue("cssid", &cssid, width: 1)
        try x.hexValue("ssid", &ssid, width: 1)
        try x.hexValue("devno", &devno, width: 4, isBase16: true)
    }

    /// Whether there can be such a place.
    var isPossible: Bool { cssid <= 0xfe && ssid <= 3 && devno <= 0xffff }
}

extension XMLBinder {
    /// Whether a device can be used.
    fileprivate mutating func channelState(_ state: inout String?) throws(XMLError) {
        try value("state", &state)
        if let state, !["online", "offline"].contains(state) {
            try require(false, "unknown state '\(state)' for '\(device)'", .unsupported)
        }
    }

    /// A child that holds a number in hexadecimal.
    ///
    /// - Parameter isBase16: whether reading takes a number without any mark for hexadecimal, too.
    mutating func hexValue(
        _ name: StaticString, _ value: inout UInt32, width: Int, isBase16: Bool = false
    ) throws(XMLError) {
        var text = isReading ? nil : value.hex(width: width)
        try self.value(name, &text)
        guard isReading else { return }
        guard let text else { throw fault("missing \(name) value for '\(device)'", .unsupported) }
        guard let number = isBase16 ? UInt32(base16: text) : UInt32(anyBase: text) else {
            throw fault("invalid \(name) value '\(text)' for '\(device)'", .unsupported, value: text)
        }
        value = number
    }
}

public struct CCWCapability: XMLElement {
    public var state: String?
    public var address = ChannelAddress()
    @Boxed public var group: GroupMember?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.channelState(&state)
        try address.bind(&x)
        try x.subcapability("ccwgroup_member", &group)
    }

    /// The group that the device belongs to.
    public struct GroupMember: XMLElement {
        public var device = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("group_device", &device)
            try x.require(!device.isEmpty, "missing group_device value for '\(x.device)'", .unsupported)
        }
    }
}

public struct CSSCapability: XMLElement {
    public var address = ChannelAddress()
    public var channelAddress: ChannelAddress?
    @Boxed public var mdevTypes: MdevTypes?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try address.bind(&x)
        try x.element("channel_dev_addr", &channelAddress)
        try x.require(channelAddress?.isPossible != false, "invalid channel address")
        try x.requireSubcapabilityTypes()
        try x.subcapability("mdev_types", &mdevTypes)
        var member: CCWCapability.GroupMember?
        if x.isReading { try x.subcapability("ccwgroup_member", &member) }
    }
}

/// Channels that are one device together.
public struct CCWGroupCapability: XMLElement {
    public var state: String?
    public var address = ChannelAddress()
    public var members: [Member] = []
    @Boxed public var generic: QETH?
    @Boxed public var layer2: QETH?
    @Boxed public var layer3: QETH?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.channelState(&state)
        try address.bind(&x)
        try x.group("members") { (x) throws(XMLError) in try x.elements("ccw_device", &members) }
        for child in x.node?.children ?? [] where child.name == "capability" {
            try checkCard(child.attribute("type"), x)
        }
        try x.subcapability("qeth_generic", &generic)
        try x.subcapability("qeth_layer2", &layer2)
        try x.subcapability("qeth_layer3", &layer3)
    }

    private func checkCard(_ type: String?, _ x: XMLBinder) throws(XMLError) {
        guard let type else { throw x.fault("Missing required attribute 'type' in element 'capability'") }
        try x.require(
            ["qeth_generic", "qeth_layer2", "qeth_layer3"].contains(type),
            "Invalid value for attribute 'type' in element 'capability': '\(type)'.")
    }

    public struct Member: XMLElement {
        public var reference = ""
        public var device = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let words = "Missing ref property on ccw_device in members for '\(x.device)'"
            try x.attribute("ref", &reference, orElse: words)
            try x.content(&device)
        }
    }

    /// A network card.
    public struct QETH: XMLElement {
        public var cardType = ""
        public var channelPath = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("card_type", &cardType)
            try x.value("chpid", &channelPath)
        }
    }
}

/// A place among an s390's cryptographic adapters.
public struct APAddress: XMLElement {
    public var adapter: UInt32 = 0
    /// nil for a whole card.
    public var domain: UInt32?

    public init() {}

    /// Of a whole card nothing else counts.
    mutating func bindAdapter(_ x: inout XMLBinder) throws(XMLError) {
        try x.hexValue("ap-adapter", &adapter, width: 2)
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindAdapter(&x)
        guard x.isReading ? x.hasChild("ap-domain") : domain != nil else { return }
        var number = domain ?? 0
        try x.hexValue("ap-domain", &number, width: 4)
        let text = x.node?.children.first { $0.name == "ap-domain" }?.text ?? ""
        try x.require(
            number <= 255 || x.isWriting, "ap-domain value '\(text)' is out of range for '\(x.device)'",
            .unsupported)
        domain = number
    }
}
