import XMLBinding

/// A graphics card.
public struct VideoDevice: Device {
    public static let elementName: StaticString = "video"
    @Boxed public var driver: Driver?
    public var type: Kind = .default
    /// In KiB.
    public var ram: UInt32?
    /// In KiB.
    public var vram: UInt32?
    /// In KiB.
    public var vram64: UInt32?
    /// In KiB.
    public var vgamem: UInt32?
    public var heads: UInt32?
    public var primary = false
    public var blob: Bool?
    @Boxed public var acceleration: Acceleration?
    @Boxed public var resolution: Resolution?
    public var info = DeviceInfo()

    public init() {}

    public init(_ type: Kind) { self.type = type }

    public enum Kind: String, XMLWord {
        case `default`, vga, cirrus, vmvga, xen, vbox, qxl, parallels, virtio, gop, none, bochs, ramfb
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting { try bindDriver(&x) }
        try x.group("model") { (x) throws(XMLError) in try bindModel(&x) }
        if x.isReading { try bindDriver(&x) }
        try info.bind(&x)
        // Of a card that isn't there nothing is told.
        if x.isReading, type == .none {
            info.acpiIndex = nil
            driver?.name = nil
            if driver == Driver() { driver = nil }
        }
    }

    private mutating func bindDriver(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("driver", &driver)
        if driver == Driver() { driver = nil }
    }

    private mutating func bindModel(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try bindPictures(&x) }
        try x.attribute("type", &type, default: .default)
        try x.attribute("ram", &ram)
        try x.attribute("vram", &vram)
        try x.attribute("vram64", &vram64)
        try x.attribute("vgamem", &vgamem)
        try x.attribute("heads", &heads)
        try x.yes("primary", &primary, .orNone)
        try x.onOff("blob", &blob)
        if x.isWriting { try bindPictures(&x) }
    }

    private mutating func bindPictures(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("acceleration", &acceleration)
        try x.element("resolution", &resolution)
    }

    /// How the hypervisor serves the card.
    public struct Driver: XMLElement {
        public var virtio = VirtioOptions()
        public var name: Name?
        public var vgaconf: VGAConf?

        public init() {}

        public enum Name: String, XMLWord { case qemu, vhostuser }
        public enum VGAConf: String, XMLWord { case io, on, off }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isWriting { try virtio.bind(&x) }
            if x.isReading { try x.attribute("name", &name) }
            // What firmware does anyway is not said.
            try x.attribute("vgaconf", &vgaconf, .orNone)
            if vgaconf == .io { vgaconf = nil }
            if x.isWriting { try x.attribute("name", &name) }
            if x.isReading { try virtio.bind(&x) }
        }
    }

    public struct Acceleration: XMLElement {
        public var accel2d: Bool?
        public var accel3d: Bool?
        public var rendernode: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("accel3d", &accel3d)
            try x.yesNo("accel2d", &accel2d)
            try x.attribute("rendernode", &rendernode)
            try x.require(self != Acceleration(), "missing values for acceleration", .unsupported)
        }
    }

    /// In pixels.
    public struct Resolution: XMLElement {
        public var width: UInt32 = 0
        public var height: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("x", &width)
            try x.attribute("y", &height)
            try x.require(
                width > 0 && height > 0, "video resolution values must be greater than 0", .unsupported)
        }
    }
}
