import XMLBinding

/// A disk, CD-ROM or floppy drive.
public struct DiskDevice: Device {
    public static let elementName: StaticString = "disk"

    public var device: Kind = .disk
    public var model: VirtioModel?
    public var rawIO: Bool?
    public var sgIO: SGIO?
    public var snapshot: SnapshotLocation?
    public var driver = DiskDriver()
    public var source = StorageSource()
    @Boxed public var auth: StorageAuth?
    @Boxed public var encryption: StorageEncryption?
    @Boxed public var backingStore: BackingStore?
    @Boxed public var mirror: DiskMirror?
    public var target = DiskTarget()
    public var backendDomain: String?
    @Boxed public var geometry: DiskGeometry?
    @Boxed public var blockIO: DiskBlockIO?
    @Boxed public var iotune: IOTune?
    public var throttleFilters: [ThrottleFilter] = []
    public var readonly = false
    public var shareable = false
    @Boxed public var transient: DiskTransient?
    public var serial: String?
    public var wwn: String?
    public var vendor: String?
    public var product: String?
    public var info = DeviceInfo()

    public init() {}

    /// What the guest takes it for.
    public enum Kind: String, XMLWord { case disk, cdrom, floppy, lun }

    public enum SGIO: String, XMLWord { case filtered, unfiltered }

    /// Where a snapshot of the disk is kept.
    public enum SnapshotLocation: String, XMLWord { case no, `internal`, external, manual }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &source.type, default: .file)
        try x.attribute("device", &device, default: .disk)
        try x.attribute("model", &model)
        try x.yesNo("rawio", &rawIO)
        try x.attribute("sgio", &sgIO)
        try x.attribute("snapshot", &snapshot)
        try x.element("driver", &driver)
        try x.element("auth", &auth)
        try bindSource(&x)
        try bindBacking(&x)
        try x.group("backenddomain") { (x) throws(XMLError) in try x.attribute("name", &backendDomain) }
        try x.element("geometry", &geometry)
        if geometry?.isWhole == false { geometry = nil }
        try x.element("blockio", &blockIO)
        if blockIO == DiskBlockIO() { blockIO = nil }
        try bindMirror(&x)
        try bindTarget(&x)
        try x.element("iotune", &iotune)
        if iotune == IOTune() { iotune = nil }
        x.gather("throttlefilters")
        try x.group("throttlefilters") { (x) throws(XMLError) in
            try x.elements("throttlefilter", &throttleFilters)
            if let second = throttleFilters.firstRepeated(by: \.group) {
                try x.require(false, "duplicate filter name '\(second.group)' found")
            }
        }
        try bindTraits(&x)
        try info.bind(&x, boots: true)
    }

    private mutating func bindSource(_ x: inout XMLBinder) throws(XMLError) {
        try source.bindElement(&x)
    }

    private mutating func bindTraits(_ x: inout XMLBinder) throws(XMLError) {
        try x.flag("readonly", &readonly)
        try x.flag("shareable", &shareable)
        try x.element("transient", &transient)
        try x.value("serial", &serial)
        try x.value("wwn", &wwn)
        try x.value("vendor", &vendor)
        try x.value("product", &product)
        try x.element("encryption", &encryption)
    }

    private mutating func bindBacking(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, x.options.contains(.inactive), backingStore?.isDetected == true { return }
        try x.element("backingStore", &backingStore)
    }

    /// A copy in progress belongs to a running domain only.
    private mutating func bindMirror(_ x: inout XMLBinder) throws(XMLError) {
        if x.options.contains(.inactive), !x.options.contains(.status) { return }
        try x.element("mirror", &mirror)
    }

    private mutating func bindTarget(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading, x.attribute("dev", ofChild: "target") == nil {
            throw x.fault(source.name, .noTarget)
        }
        try x.element("target", &target)
    }
}

/// Where the guest sees the disk.
public struct DiskTarget: XMLElement {
    /// The name that orders the disks, such as `vda`; what the guest calls it may differ.
    public var dev = ""
    public var bus: DiskBus?
    public var tray: Tray?
    public var removable: Bool?
    /// Turns a minute; 1 for a solid-state disk.
    public var rotationRate: UInt32?

    public init() {}

    public enum Tray: String, XMLWord { case open, closed }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("dev", &dev)
        try x.attribute("bus", &bus)
        var shown = tray == .closed ? nil : tray
        try x.attribute("tray", &shown)
        tray = shown == .closed ? nil : shown
        if x.isReading || bus == .usb { try x.onOff("removable", &removable) }
        try x.attribute("rotation_rate", &rotationRate)
    }
}

/// The bus that a disk is plugged into.
public enum DiskBus: String, XMLWord {
    case ide, fdc, scsi, virtio, xen, usb, uml, sata, sd
}
