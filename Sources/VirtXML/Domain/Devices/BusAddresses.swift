import ByteText
import XMLBinding

/// A place on a disk controller.
public struct DriveAddress: XMLElement, Hashable {
    public var controller: UInt32 = 0
    public var bus: UInt32 = 0
    public var target: UInt32 = 0
    public var unit: UInt64 = 0

    public init() {}

    public init(controller: UInt32, bus: UInt32 = 0, target: UInt32 = 0, unit: UInt64) {
        self.controller = controller
        self.bus = bus
        self.target = target
        self.unit = unit
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("controller", &controller, default: 0)
        try x.attribute("bus", &bus, default: 0)
        try x.attribute("target", &target, default: 0)
        try x.attribute("unit", &unit, default: 0)
    }
}

/// A port of a virtio serial controller.
public struct VirtioSerialAddress: XMLElement, Hashable {
    public var controller: UInt32 = 0
    public var bus: UInt32 = 0
    /// Zero as long as none is assigned.
    public var port: UInt32 = 0

    public init() {}

    public init(controller: UInt32, bus: UInt32 = 0, port: UInt32) {
        self.controller = controller
        self.bus = bus
        self.port = port
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("controller", &controller, default: 0)
        try x.attribute("bus", &bus, default: 0)
        try x.attribute("port", &port, default: 0)
    }
}

/// A slot of a smartcard reader.
public struct CCIDAddress: XMLElement, Hashable {
    public var controller: UInt32 = 0
    public var slot: UInt32 = 0

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("controller", &controller, default: 0)
        try x.attribute("slot", &slot, default: 0)
    }
}

/// A port below a USB controller, by way of hubs.
public struct USBAddress: XMLElement, Hashable {
    public var bus: UInt32 = 0
    /// The ports on the way, outermost first; empty as long as none is assigned.
    public var port: [UInt32] = []

    public init() {}

    public init(bus: UInt32, port: [UInt32] = []) {
        self.bus = bus
        self.port = port
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.number("bus", &bus)
        var path = port.isEmpty ? nil : port.map(String.init).joined(separator: ".")
        try x.attribute("port", &path)
        guard x.isReading, let path else { return }
        let parts = path.split(atByte: ".", omittingEmptySubsequences: false)
        port = parts.compactMap { UInt32($0) }
        try x.require(
            parts.count == port.count && parts.count <= 4,
            "Cannot parse <address> 'port' attribute", .internalError)
    }
}

/// A register of the virtual bus of a pSeries machine.
public struct SpaprVIOAddress: XMLElement, Hashable {
    public var reg: UInt64?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.base16("reg", &reg, width: 8)
    }
}

/// A place in the channel subsystem of an s390 machine.
public struct CCWAddress: XMLElement, Hashable {
    /// 0...0xfe; nil as long as none is assigned.
    public var cssid: UInt32?
    /// 0...3
    public var ssid: UInt32?
    /// 0...0xffff
    public var devno: UInt32?

    public init() {}

    public init(cssid: UInt32, ssid: UInt32, devno: UInt32) {
        self.cssid = cssid
        self.ssid = ssid
        self.devno = devno
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.hex("cssid", &cssid, width: 1)
        try x.hex("ssid", &ssid, width: 1)
        try x.hex("devno", &devno, width: 4)
        guard x.isReading else { return }
        let given = [cssid, ssid, devno].compactMap { $0 }
        try x.require(
            given.isEmpty || given.count == 3, "Invalid partial specification for virtio ccw address")
        try x.require(
            (cssid ?? 0) <= 0xfe && (ssid ?? 0) <= 3 && (devno ?? 0) <= 0xffff,
            "Invalid specification for virtio ccw address: cssid='\((cssid ?? 0).hex(width: 2))'"
                + " ssid='\((ssid ?? 0).hex(width: 1))' devno='\((devno ?? 0).hex(width: 4))'")
    }
}

/// The ports and interrupt of a device on the ISA bus.
public struct ISAAddress: XMLElement, Hashable {
    public var iobase: UInt32?
    public var irq: UInt32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.base16("iobase", &iobase, width: 1)
        try x.base16("irq", &irq, width: 1)
    }
}

/// A slot for memory.
public struct DIMMAddress: XMLElement, Hashable {
    public var slot: UInt32?
    public var base: UInt64?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.number("slot", &slot)
        try x.require(slot != nil, "Missing required attribute 'slot' in element 'address'")
        try x.base16("base", &base, width: 1)
        if base == 0 { base = nil }
    }
}
