import ByteText
import XMLBinding

/// What all devices have: a name, a place, and whether the guest boots from it.
public struct DeviceInfo: Equatable, Sendable {
    /// The name by which the running guest's device is known. Those that start with `ua-` are the user's and
    /// stay in the definition.
    public var alias: String?
    public var address: DeviceAddress?
    public var boot: DeviceBoot?
    @Boxed public var rom: DeviceROM?
    /// The index by which ACPI tells the guest's firmware about the device.
    public var acpiIndex: UInt32?
    /// The first port of a USB companion controller on its master.
    public var masterStartPort: UInt32?

    public init() {}

    /// Whether the alias was chosen by the user.
    public var hasUserAlias: Bool { alias?.hasBytePrefix("ua-") ?? false }

    /// Binds what comes after a device's own children, in libvirt's order.
    ///
    /// - Parameters:
    ///   - boots: whether a guest may boot from such a device.
    ///   - hasROM: whether such a device may have a ROM of its own.
    mutating func bind(_ x: inout XMLBinder, boots: Bool = false, hasROM: Bool = false) throws(XMLError) {
        if boots { try x.element("boot", &boot) }
        try bindAlias(&x)
        try bindMaster(&x)
        if hasROM { try x.element("rom", &rom) }
        if rom == DeviceROM() { rom = nil }
        try bindACPI(&x)
        try x.element("address", &address)
    }

    private mutating func bindAlias(_ x: inout XMLBinder) throws(XMLError) {
        let hidden = x.options.contains(.inactive) && !hasUserAlias
        var name = x.isWriting && hidden ? nil : alias
        try x.group("alias") { (x) throws(XMLError) in try x.attribute("name", &name) }
        guard x.isReading else { return }
        alias = name
        // Names that are the user's have plain letters only.
        let isPlain = name?.consistsOfAlphanumerics(or: "-_") ?? true
        if x.options.contains(.inactive), !hasUserAlias || !isPlain { alias = nil }
    }

    private mutating func bindMaster(_ x: inout XMLBinder) throws(XMLError) {
        var port = masterStartPort
        try x.group("master") { (x) throws(XMLError) in try x.attribute("startport", &port) }
        masterStartPort = port
    }

    private mutating func bindACPI(_ x: inout XMLBinder) throws(XMLError) {
        var index = acpiIndex
        try x.group("acpi") { (x) throws(XMLError) in try x.positive("index", &index) }
        acpiIndex = index
    }
}

/// A device's turn when the guest looks for something to boot.
public struct DeviceBoot: XMLElement {
    /// Counted from 1; no two devices have the same.
    public var order: UInt32 = 0
    /// What a guest on s390 is told to load.
    public var loadparm: String?

    public init() {}

    public init(order: UInt32) { self.order = order }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("order", &order)
        try x.require(
            order > 0, "Invalid value for attribute 'order' in element 'boot': Zero is not permitted")
        try x.attribute("loadparm", &loadparm)
        if x.isReading { loadparm = loadparm?.uppercased() }
    }
}

/// The boot ROM of a PCI device.
public struct DeviceROM: XMLElement {
    public var enabled: Bool?
    public var bar: Bool?
    public var file: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("enabled", &enabled)
        try x.onOff("bar", &bar)
        try x.attribute("file", &file)
    }
}

/// What a driver of a virtio device may be told.
public struct VirtioOptions: XMLElement {
    public var iommu: Bool?
    public var ats: Bool?
    public var packed: Bool?
    public var pagePerVQ: Bool?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.onOff("iommu", &iommu)
        try x.onOff("ats", &ats)
        try x.onOff("packed", &packed)
        try x.onOff("page_per_vq", &pagePerVQ)
    }
}
