import XMLBinding

/// What takes memory from the guest and gives it back.
public struct MemballoonDevice: Device {
    public static let elementName: StaticString = "memballoon"
    public var model: Model = .virtio
    public var autodeflate: Bool?
    public var freePageReporting: Bool?
    /// How often the guest reports its memory, in seconds; nil for never.
    public var statsPeriod: UInt32?
    public var driver = VirtioOptions()
    public var info = DeviceInfo()

    public init() {}

    public init(_ model: Model) { self.model = model }

    public enum Model: String, XMLWord {
        case virtio
        case transitional = "virtio-transitional"
        case nonTransitional = "virtio-non-transitional"
        case xen, none
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.onOff("autodeflate", &autodeflate)
        try x.onOff("freePageReporting", &freePageReporting)
        try x.group("stats") { (x) throws(XMLError) in try bindPeriod(&x) }
        // One that isn't there has no name and no place.
        if model != Model.none { try info.bind(&x) }
        try x.element("driver", &driver)
    }

    private mutating func bindPeriod(_ x: inout XMLBinder) throws(XMLError) {
        var period = statsPeriod.map { Int32(clamping: $0) }
        try x.number("period", &period)
        statsPeriod = period.flatMap { $0 > 0 ? UInt32($0) : nil }
    }
}
