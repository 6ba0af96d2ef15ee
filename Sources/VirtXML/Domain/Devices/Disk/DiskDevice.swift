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
        if x.isReading { try read(&x) } else { try write(&x) }
        try bindLimits(&x)
        try bindTraits(&x)
        try info.bind(&x, boots: true)
        if x.isReading, x.attribute("dev", ofChild: "target") == nil {
            throw x.fault(source.name, .noTarget)
        }
    }

    /// libvirt reads a disk from its image outwards, so of several faults that of the image is said.
    private mutating func read(_ x: inout XMLBinder) throws(XMLError) {
        if !x.hasChild("source") { source.type = .file }
        try source.bindElement(&x)
        // Where there is no image, nothing is of a kind; it couldn't be read again either.
        if source.isUnsaid, x.attribute("startupPolicy", ofChild: "source") == nil { source.type = .file }
        try bindSecrets(&x)
        try x.element("backingStore", &backingStore)
        try bindAttributes(&x)
        try x.group("source") { (x) throws(XMLError) in
            try x.attribute("startupPolicy", &source.startupPolicy)
        }
        try x.element("target", &target)
        try bindSizes(&x)
        try x.element("driver", &driver)
        try bindMirror(&x)
        try x.element("transient", &transient)
    }

    private mutating func write(_ x: inout XMLBinder) throws(XMLError) {
        try bindAttributes(&x)
        try x.element("driver", &driver)
        try x.element("auth", &auth)
        try source.bindElement(&x)
        if !x.options.contains(.inactive) || backingStore?.isDetected != true {
            try x.element("backingStore", &backingStore)
        }
        try bindSizes(&x)
        try bindMirror(&x)
        try x.element("target", &target)
    }

    private mutating func bindAttributes(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("device", &device, default: .disk)
        try x.attribute("model", &model)
        if x.isReading { try x.attribute("snapshot", &snapshot) }
        try x.yesNo("rawio", &rawIO)
        try x.attribute("sgio", &sgIO)
        if x.isWriting { try x.attribute("snapshot", &snapshot) }
    }

    /// How the image is reached and decrypted stands beside it in older documents, and in one place only.
    private mutating func bindSecrets(_ x: inout XMLBinder) throws(XMLError) {
        func once(_ name: StaticString, _ known: Bool) throws(XMLError) {
            if known, x.hasChild(name) {
                throw x.fault("an <\(name)> definition already found for disk source", .unsupported)
            }
        }
        try once("auth", source.auth != nil)
        try x.element("auth", &auth)
        try once("encryption", source.encryption != nil)
        try x.element("encryption", &encryption)
    }

    private mutating func bindSizes(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("backenddomain") { (x) throws(XMLError) in try x.attribute("name", &backendDomain) }
        try x.element("geometry", &geometry)
        if geometry?.isWhole == false { geometry = nil }
        try x.element("blockio", &blockIO)
        if blockIO == DiskBlockIO() { blockIO = nil }
    }

    private mutating func bindLimits(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("iotune", &iotune)
        if iotune == IOTune() { iotune = nil }
        x.gather("throttlefilters")
        try x.group("throttlefilters") { (x) throws(XMLError) in
            try x.elements("throttlefilter", &throttleFilters)
            if let second = throttleFilters.firstRepeated(by: \.group) {
                try x.require(false, "duplicate filter name '\(second.group)' found")
            }
        }
    }

    private mutating func bindTraits(_ x: inout XMLBinder) throws(XMLError) {
        try x.flag("readonly", &readonly)
        try x.flag("shareable", &shareable)
        if x.isWriting { try x.element("transient", &transient) }
        try x.value("serial", &serial)
        try x.value("wwn", &wwn)
        try x.value("vendor", &vendor)
        try x.value("product", &product)
        if x.isWriting { try x.element("encryption", &encryption) }
    }

    /// A copy in progress belongs to a running domain only.
    private mutating func bindMirror(_ x: inout XMLBinder) throws(XMLError) {
        if x.options.contains(.inactive), !x.options.contains(.status) { return }
        try x.element("mirror", &mirror)
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
        try x.attribute("dev", &dev, default: "")
        try x.attribute("bus", &bus)
        var shown = tray == .closed ? nil : tray
        try x.attribute("tray", &shown)
        tray = shown == .closed ? nil : shown
        // On SCSI libvirt takes it for granted.
        if x.isReading || bus != .scsi { try x.onOff("removable", &removable) }
        if x.isReading, bus == .scsi { removable = nil }
        try x.attribute("rotation_rate", &rotationRate)
    }
}

/// The bus that a disk is plugged into.
public enum DiskBus: String, XMLWord {
    case ide, fdc, scsi, virtio, xen, usb, uml, sata, sd
}
