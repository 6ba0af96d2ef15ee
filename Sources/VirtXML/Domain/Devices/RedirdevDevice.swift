import ByteText
import XMLBinding

/// A USB device of whoever looks at the guest's screen.
public struct RedirdevDevice: Device {
    public static let elementName: StaticString = "redirdev"
    public var bus: Bus = .usb
    public var source = CharacterSource(.spicevmc)
    public var info = DeviceInfo()

    public init() {}

    public enum Bus: String, XMLWord { case usb }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("bus", &bus, .refusing("unknown redirdev bus '%'"), default: .usb)
        if x.isReading, x.node?.attribute("type") == nil {
            throw x.fault("missing type in redirdev", .internalError)
        }
        try source.bindType(&x, refusing: "unknown redirdev character device type '%'")
        try source.bind(&x)
        try info.bind(&x, boots: true)
    }
}

/// Which USB devices may be redirected; the first rule that fits decides.
public struct RedirectionFilter: XMLElement {
    public var rules: [Rule] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.elements("usbdev", &rules) }

    /// A missing number fits every device.
    public struct Rule: XMLElement {
        public var usbClass: String?
        public var vendor: String?
        public var product: String?
        public var version: String?
        public var allow: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try bindNumber("class", &usbClass, 2, &x)
            try bindNumber("vendor", &vendor, 4, &x)
            try bindNumber("product", &product, 4, &x)
            try x.attribute("version", &version)
            if version == "-1" { version = nil }
            if x.isReading { version = version.map(Self.twoDigits) }
            try x.yesNo("allow", &allow)
            try x.require(allow != nil, "Missing required attribute 'allow' in element 'usbdev'")
        }

        /// A version with two digits behind the point, as the device carries it.
        private static func twoDigits(_ version: String) -> String {
            let parts = version.split(atByte: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, let major = parts.first.flatMap({ UInt8($0) }) else { return version }
            let minor = parts.count == 2 ? parts[1] : "0"
            guard minor.count <= 2, UInt8(minor) != nil else { return version }
            return "\(major).\(minor)" + (minor.count < 2 ? "0" : "")
        }

        private func bindNumber(
            _ name: StaticString, _ value: inout String?, _ width: Int, _ x: inout XMLBinder
        ) throws(XMLError) {
            try x.attribute(name, &value)
            guard x.isReading, let text = value else { return }
            if text == "-1" { return value = nil }
            guard let number = UInt32(anyBase: text) else {
                throw x.fault(
                    "Invalid value for attribute '\(name)' in element 'usbdev': '\(text)'. Expected integer value",
                    value: text)
            }
            value = "0x" + number.hex(width: width).dropFirst(2).uppercased()
        }
    }
}
