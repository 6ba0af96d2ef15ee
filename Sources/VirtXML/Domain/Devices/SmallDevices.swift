import XMLBinding

/// A USB hub.
public struct HubDevice: Device {
    public static let elementName: StaticString = "hub"
    public var type: Kind = .usb
    public var info = DeviceInfo()

    public init() {}

    public enum Kind: String, XMLWord { case usb }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute(
            "type", &type, .refusing("unknown hub device type '%'"), orElse: "missing hub device type",
            .internalError)
        try info.bind(&x)
    }
}

/// What the guest's kernel tells when it crashes.
public struct PanicDevice: Device {
    public static let elementName: StaticString = "panic"
    /// nil until the machine's default is filled in.
    public var model: Model?
    public var info = DeviceInfo()

    public init() {}

    public enum Model: String, XMLWord { case `default`, pseries, hyperv, s390, isa, pvpanic }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try info.bind(&x) }
        try x.attribute("model", &model, .refusing("unknown panic model '%'"))
        if x.isWriting { try info.bind(&x) }
    }
}

/// The non-volatile memory of a pSeries machine.
public struct NVRAMDevice: Device {
    public static let elementName: StaticString = "nvram"
    public var info = DeviceInfo()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try info.bind(&x) }
}

/// A socket between host and guest.
public struct VsockDevice: Device {
    public static let elementName: StaticString = "vsock"
    public var model: VirtioModel?
    public var autoCID: Bool?
    /// The guest's number on the socket; 3 or above.
    public var cid: UInt32?
    public var driver = VirtioOptions()
    public var info = DeviceInfo()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.group("cid") { (x) throws(XMLError) in
            if x.isReading { try x.attribute("address", &cid) }
            try x.yesNo("auto", &autoCID)
            if x.isWriting { try x.attribute("address", &cid) }
        }
        if x.isReading, autoCID == nil, cid != nil { autoCID = false }
        try info.bind(&x)
        try x.element("driver", &driver)
    }
}

/// What lets devices reach only the memory that they're given.
public struct IOMMUDevice: Device {
    public static let elementName: StaticString = "iommu"
    public var model: Model = .intel
    @Boxed public var driver: Driver?
    public var info = DeviceInfo()

    public init() {}

    public enum Model: String, XMLWord { case intel, smmuv3, virtio }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.element("driver", &driver)
        try info.bind(&x)
    }

    public struct Driver: XMLElement {
        public var intremap: Bool?
        public var cachingMode: Bool?
        public var eim: Bool?
        public var iotlb: Bool?
        public var addressWidth: UInt32?
        public var dmaTranslation: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.onOff("intremap", &intremap)
            try x.onOff("caching_mode", &cachingMode)
            if x.isWriting { try x.onOff("eim", &eim) }
            try x.onOff("iotlb", &iotlb)
            if x.isReading { try x.onOff("eim", &eim) }
            try x.attribute("aw_bits", &addressWidth)
            try x.onOff("dma_translation", &dmaTranslation)
        }
    }
}

/// What encrypts for the guest.
public struct CryptoDevice: Device {
    public static let elementName: StaticString = "crypto"
    public var model: Model = .virtio
    public var type: Kind = .qemu
    public var backend: Backend = .builtin
    public var queues: UInt32?
    public var driver = VirtioOptions()
    public var info = DeviceInfo()

    public init() {}

    public enum Model: String, XMLWord { case virtio }
    public enum Kind: String, XMLWord { case qemu }
    public enum Backend: String, XMLWord { case builtin, lkcf }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.attribute("type", &type)
        try x.require(x.hasChild("backend"), "only one crypto backend is supported")
        try x.atMost(1, "backend", orElse: "only one crypto backend is supported")
        try x.group("backend") { (x) throws(XMLError) in
            try x.attribute("model", &backend)
            try x.attribute("queues", &queues)
        }
        if x.isWriting { try x.element("driver", &driver) }
        try info.bind(&x)
        if x.isReading { try x.element("driver", &driver) }
    }
}

/// Where a crashed guest's kernel leaves its messages.
public struct PstoreDevice: Device {
    public static let elementName: StaticString = "pstore"
    public var backend: Backend = .acpiERST
    public var path: String?
    public var size: ByteSize?
    public var info = DeviceInfo()

    public init() {}

    public enum Backend: String, XMLWord { case acpiERST = "acpi-erst" }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("backend", &backend)
        try x.value("path", &path)
        try x.require(x.hasChild("size"), "missing element or attribute './size'")
        try x.size("size", &size)
        try x.require(size != nil, "missing element or attribute './size'")
        try info.bind(&x)
    }
}

/// A lease of a lock manager, held while the domain runs.
public struct Lease: DeviceElement {
    public static let elementName: StaticString = "lease"

    public var lockspace: String?
    public var key = ""
    public var path = ""
    public var offset: UInt64?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("lockspace", &lockspace)
        try x.value("key", &key)
        try x.group("target") { (x) throws(XMLError) in
            try x.attribute("path", &path)
            try x.attribute("offset", &offset)
        }
    }
}
