import XMLBinding

/// A place on the PCI buses of the guest or the host.
public struct PCIAddress: XMLElement, Hashable {
    public var domain: UInt32 = 0
    public var bus: UInt32 = 0
    /// 0...31
    public var slot: UInt32 = 0
    /// 0...7
    public var function: UInt32 = 0
    public var multifunction: Bool?
    /// What a guest on s390 sees instead.
    public var zpci: ZPCIAddress?

    public init() {}

    public init(domain: UInt32 = 0, bus: UInt32, slot: UInt32, function: UInt32 = 0) {
        self.domain = domain
        self.bus = bus
        self.slot = slot
        self.function = function
    }

    /// No place has been said: one is still to be assigned.
    public var isEmpty: Bool { domain == 0 && bus == 0 && slot == 0 && function == 0 }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading || !isEmpty || zpci == nil || multifunction != nil {
            try bindPlace(&x)
        }
        try x.element("zpci", &zpci)
        if let zpci, zpci.uid == nil, zpci.fid == nil { self.zpci = nil }
    }

    private mutating func bindPlace(_ x: inout XMLBinder) throws(XMLError) {
        try x.hex("domain", &domain, width: 4)
        try x.hex("bus", &bus, width: 2)
        try x.hex("slot", &slot, width: 2)
        try x.hex("function", &function, width: 1)
        try x.onOff("multifunction", &multifunction)
        try check(domain, "domain", 0xFFFF_FFFF, x)
        try check(bus, "bus", 0xFF, x)
        try check(slot, "slot", 0x1F, x)
        try x.require(
            function <= 7, "Invalid PCI address function=0x\(String(function, radix: 16)), must be <= 7")
    }

    private func check(_ value: UInt32, _ name: String, _ limit: UInt32, _ x: XMLBinder) throws(XMLError) {
        let most = String(limit, radix: 16, uppercase: true)
        try x.require(
            value <= limit,
            "Invalid PCI address \(name)='0x\(String(value, radix: 16))', must be <= 0x\(most)")
    }
}

extension PCIAddress: CustomStringConvertible {
    /// The usual short form, such as `0000:00:1f.2`.
    public var description: String {
        func digits(_ value: UInt32, _ width: Int) -> String { String(value.hex(width: width).dropFirst(2)) }
        return "\(digits(domain, 4)):\(digits(bus, 2)):\(digits(slot, 2)).\(digits(function, 1))"
    }
}

/// The identifiers by which a guest on s390 finds a PCI device.
public struct ZPCIAddress: XMLElement, Hashable {
    public var uid: UInt32?
    public var fid: UInt32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.hex("uid", &uid, width: 4)
        try x.hex("fid", &fid, width: 8)
    }
}
