import XMLBinding

/// What the guest is and how it starts.
public struct OperatingSystem: XMLElement {
    /// `hvm` for a whole machine, `exe` for a container, `xen` and `linux` for Xen's own.
    public var type = ""
    public var arch: String?
    /// The machine that is emulated, such as `pc-q35-7.2`.
    public var machine: String?
    /// Which firmware is to be found for the guest.
    public var firmware: Firmware?
    public var firmwareFeatures: [FirmwareFeature] = []
    @Boxed public var loader: Loader?
    @Boxed public var nvram: NVRAM?
    public var kernel: String?
    public var initrd: String?
    public var cmdline: String?
    public var shim: String?
    public var dtb: String?
    public var root: String?
    public var acpiTables: [ACPITable] = []
    public var boot: [BootDevice] = []
    @Boxed public var bootMenu: BootMenu?
    public var biosUseSerial: Bool?
    /// In milliseconds; -1 for never.
    public var biosRebootTimeout: Int32?
    public var smbios: SMBIOSMode?
    public var `init`: ContainerInit = ContainerInit()

    public init() {}

    public enum Firmware: String, XMLWord { case bios, efi }

    /// From where the guest may boot, in order; none if devices have an order of their own.
    public enum BootDevice: String, XMLWord { case fd, cdrom, hd, network }

    public enum SMBIOSMode: String, XMLWord { case none, emulate, host, sysinfo }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("firmware", &firmware, .unlessEmpty.refusing("unknown firmware value %", .xml))
        x.gather("acpi")
        try x.group("type") { (x) throws(XMLError) in
            try x.attribute("arch", &arch, .unlessEmpty)
            try x.attribute("machine", &machine, .unlessEmpty)
            try x.content(&type)
        }
        try x.group("firmware") { (x) throws(XMLError) in try x.elements("feature", &firmwareFeatures) }
        try self.`init`.bind(&x)
        try bindFirmware(&x)
        try bindKernel(&x)
        try x.group("acpi") { (x) throws(XMLError) in
            try x.elements("table", &acpiTables)
            if let second = acpiTables.filter({ $0.type != .raw }).firstRepeated(by: \.type) {
                try x.require(false, "ACPI table type '\(second.type.rawValue)' may only appear once")
            }
        }
        try bindBoot(&x)
    }

    private mutating func bindFirmware(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("loader", &loader)
        try x.element("nvram", &nvram)
    }

    private mutating func bindKernel(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("kernel", &kernel)
        try x.value("initrd", &initrd)
        try x.value("cmdline", &cmdline)
        try x.value("shim", &shim)
        try x.value("dtb", &dtb)
        try x.value("root", &root)
    }

    private mutating func bindBoot(_ x: inout XMLBinder) throws(XMLError) {
        var entries = boot.map(BootEntry.init)
        try x.elements("boot", &entries)
        if x.isReading { boot = entries.map(\.dev) }
        try x.element("bootmenu", &bootMenu)
        if bootMenu?.enable == nil { bootMenu = nil }
        try x.group("bios") { (x) throws(XMLError) in
            if x.isWriting { try x.yesNo("useserial", &biosUseSerial) }
            // Any word but one means no.
            if x.isReading, let word = x.node?.attribute("useserial") { biosUseSerial = word == "yes" }
            try x.attribute("rebootTimeout", &biosRebootTimeout)
            if let timeout = biosRebootTimeout, !(-1...65535).contains(timeout), x.isReading {
                throw x.fault(
                    "invalid value for rebootTimeout, must be in range [-1,65535]", .unsupported,
                    attribute: "rebootTimeout", value: String(timeout))
            }
        }
        try x.group("smbios") { (x) throws(XMLError) in
            try x.attribute("mode", &smbios, .unlessEmpty.refusing("unknown smbios mode '%'"))
        }
        if smbios == SMBIOSMode.none { smbios = nil }
    }
}

private struct BootEntry: XMLElement {
    var dev: OperatingSystem.BootDevice = .hd

    init() {}

    init(_ dev: OperatingSystem.BootDevice) { self.dev = dev }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.attribute("dev", &dev) }
}

/// The menu in which the guest's firmware asks what to boot.
public struct BootMenu: XMLElement {
    public var enable: Bool?
    /// In milliseconds.
    public var timeout: UInt32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("enable", &enable)
        try x.attribute("timeout", &timeout)
        if enable != true { timeout = nil }
    }
}

/// A table that ACPI shows the guest.
public struct ACPITable: XMLElement {
    public var type: Kind = .slic
    public var path = ""

    public init() {}

    public enum Kind: String, XMLWord { case raw, rawset, slic, msdm }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type)
        try x.content(&path)
    }
}
