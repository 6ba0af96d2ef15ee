import XMLBinding

/// A keyboard, mouse or tablet.
public struct InputDevice: Device {
    public static let elementName: StaticString = "input"
    public var type: Kind = .mouse
    public var bus: Bus?
    public var model: VirtioModel?
    public var driver = VirtioOptions()
    @Boxed public var source: Source?
    public var info = DeviceInfo()

    public init() {}

    public init(_ type: Kind, bus: Bus?) {
        self.type = type
        self.bus = bus
    }

    public enum Kind: String, XMLWord { case mouse, tablet, keyboard, passthrough, evdev }

    public enum Bus: String, XMLWord { case ps2, usb, xen, parallels, virtio, none }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute(
            "type", &type, .refusing("unknown input device type '%'"), orElse: "missing input device type",
            .internalError)
        if x.isReading { try bindModel(&x) }
        try bindBus(&x)
        if x.isWriting {
            try bindModel(&x)
            try x.element("driver", &driver)
        }
        if type == .passthrough || type == .evdev { try x.element("source", &source) }
        if x.isReading { try settleSource(x) }
        try info.bind(&x)
        if x.isReading { try x.element("driver", &driver) }
    }

    private mutating func bindModel(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model, .refusing("unknown input model '%'"))
    }

    /// One kind is the host's device as a whole, the other what it says.
    private mutating func settleSource(_ x: XMLBinder) throws(XMLError) {
        if type == .passthrough, let known = source {
            var own = Source()
            own.evdev = known.evdev
            source = own
        }
        guard type == .evdev else { return }
        try x.require(source == nil || source?.dev != nil, "Missing evdev path for input device")
        source?.evdev = nil
    }

    /// No bus is not said.
    private mutating func bindBus(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, bus == Bus.none { return }
        try x.attribute("bus", &bus, .refusing("unknown input bus type '%'"))
        try x.require(
            type != .passthrough || bus != Bus.none,
            "only bus 'virtio' is supported for 'passthrough' input devices", .unsupported)
        if x.isReading, bus == Bus.none { bus = nil }
    }

    /// The host's device whose events the guest gets.
    public struct Source: XMLElement {
        public var evdev: String?
        public var dev: String?
        public var grab: Grab?
        public var grabToggle: GrabToggle?
        public var `repeat`: Bool?

        public init() {}

        public enum Grab: String, XMLWord { case all }

        public enum GrabToggle: String, XMLWord {
            case ctrlCtrl = "ctrl-ctrl"
            case altAlt = "alt-alt"
            case shiftShift = "shift-shift"
            case metaMeta = "meta-meta"
            case scrolllock
            case ctrlScrolllock = "ctrl-scrolllock"
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("evdev", &evdev)
            try x.attribute("dev", &dev)
            // A device that is passed through as a whole has nothing else to be said.
            if evdev != nil, x.isWriting || dev == nil { return }
            try x.attribute("grab", &grab)
            try x.attribute("grabToggle", &grabToggle)
            try x.onOff("repeat", &self.repeat)
        }
    }
}
