import XMLBinding

/// How SPICE sends pictures and sound.
public struct SpiceSettings: XMLElement {
    public var channels: [Channel] = []
    public var imageCompression: ImageCompression?
    public var jpegCompression: LossyCompression?
    public var zlibCompression: LossyCompression?
    public var playbackCompression: Bool?
    public var streamingMode: StreamingMode?
    public var mouseMode: CharacterSource.MouseMode?
    public var copyPaste: Bool?
    public var fileTransfer: Bool?

    public init() {}

    public enum ImageCompression: String, XMLWord {
        case autoGLZ = "auto_glz"
        case autoLZ = "auto_lz"
        case quic, glz, lz, off
    }
    public enum LossyCompression: String, XMLWord { case auto, never, always }
    public enum StreamingMode: String, XMLWord { case filter, all, off }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try checkComplete(x) }
        try x.elements("channel", &channels)
        if x.isReading { channels = Channel.table(channels) }
        try x.group("image") { (x) throws(XMLError) in try x.attribute("compression", &imageCompression) }
        try x.group("jpeg") { (x) throws(XMLError) in try x.attribute("compression", &jpegCompression) }
        try x.group("zlib") { (x) throws(XMLError) in try x.attribute("compression", &zlibCompression) }
        try x.group("playback") { (x) throws(XMLError) in
            try x.onOff("compression", &playbackCompression)
        }
        try x.group("streaming") { (x) throws(XMLError) in try x.attribute("mode", &streamingMode) }
        try x.group("mouse") { (x) throws(XMLError) in try x.attribute("mode", &mouseMode) }
        try x.group("clipboard") { (x) throws(XMLError) in try x.yesNo("copypaste", &copyPaste) }
        try x.group("filetransfer") { (x) throws(XMLError) in try x.yesNo("enable", &fileTransfer) }
    }

    /// What each of these elements is there for.
    private func checkComplete(_ x: XMLBinder) throws(XMLError) {
        let needed: [(StaticString, StaticString)] = [
            ("image", "compression"), ("jpeg", "compression"), ("zlib", "compression"),
            ("playback", "compression"), ("streaming", "mode"), ("mouse", "mode"), ("clipboard", "copypaste"),
            ("filetransfer", "enable"), ("gl", "enable"),
        ]
        for (element, attribute) in needed { try x.requireAttribute(attribute, ofChild: element) }
    }

    /// Whether one of SPICE's channels must be encrypted.
    public struct Channel: XMLElement {
        public var name: Name = .main
        public var mode: GraphicsDevice.ChannelMode = .any

        public init() {}

        public enum Name: String, XMLWord {
            case main, display, inputs, cursor, playback, record, smartcard, usbredir
        }

        /// The channels of a list in their own order, each as it's said last; those that may be either aren't named.
        fileprivate static func table(_ list: [Channel]) -> [Channel] {
            Name.allCases.compactMap { name in list.last { $0.name == name } }.filter { $0.mode != .any }
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("mode", &mode)
        }
    }
}
