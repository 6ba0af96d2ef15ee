import XMLBinding

/// A sound card.
public struct SoundDevice: Device {
    public static let elementName: StaticString = "sound"
    public var model: Model = .ich6
    public var multichannel: Bool?
    public var streams: UInt32?
    public var codecs: [Codec] = []
    public var audioID: UInt32?
    public var driver = VirtioOptions()
    public var info = DeviceInfo()

    public init() {}

    public enum Model: String, XMLWord { case sb16, es1370, pcspk, ac97, ich6, ich9, usb, ich7, virtio }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        // What a card of another model is told is not kept.
        if model == .usb { try x.yesNo("multichannel", &multichannel) }
        if model == .virtio { try x.positive("streams", &streams) }
        if [.ich6, .ich7, .ich9].contains(model) { try x.elements("codec", &codecs) }
        try x.audio(&audioID)
        try info.bind(&x)
        if model == .virtio { try x.element("driver", &driver) }
    }

    /// A converter on a high-definition card.
    public struct Codec: XMLElement {
        public var type: Kind = .duplex

        public init() {}

        public enum Kind: String, XMLWord { case duplex, micro, output }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let words = "unknown codec type '%'"
            try x.attribute(
                "type", &type, .refusing(words), orElse: "unknown codec type '(null)'", .unsupported)
        }
    }
}
