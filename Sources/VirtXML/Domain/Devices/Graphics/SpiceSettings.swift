import XMLBinding

/// How SPICE sends pictures and sound.
public struct SpiceSettings: Equatable, Sendable {
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

    /// What is said of pictures and sound, and while reading of all but the mouse, whose turn is after the renderer's.
    mutating func bindPictures(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("channel", &channels)
        if x.isReading { channels = Channel.table(channels) }
        try x.group("image", needing: "compression") { (x) throws(XMLError) in
            try x.attribute("compression", &imageCompression)
        }
        try x.group("jpeg", needing: "compression") { (x) throws(XMLError) in
            try x.attribute("compression", &jpegCompression)
        }
        try x.group("zlib", needing: "compression") { (x) throws(XMLError) in
            try x.attribute("compression", &zlibCompression)
        }
        try x.group("playback", needing: "compression") { (x) throws(XMLError) in
            try x.onOff("compression", &playbackCompression)
        }
        try x.group("streaming", needing: "mode") { (x) throws(XMLError) in
            try x.attribute("mode", &streamingMode)
        }
        if x.isReading { try bindTransfers(&x) }
    }

    mutating func bindMouse(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("mouse", needing: "mode") { (x) throws(XMLError) in try x.attribute("mode", &mouseMode) }
        if x.isWriting { try bindTransfers(&x) }
    }

    private mutating func bindTransfers(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("clipboard", needing: "copypaste") { (x) throws(XMLError) in
            try x.yesNo("copypaste", &copyPaste)
        }
        try x.group("filetransfer", needing: "enable") { (x) throws(XMLError) in
            try x.yesNo("enable", &fileTransfer)
        }
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

extension XMLBinder {
    /// A child that is there for one of its attributes.
    fileprivate mutating func group(
        _ name: StaticString, needing attribute: StaticString,
        _ body: (inout XMLBinder) throws(XMLError) -> Void
    ) throws(XMLError) {
        try group(name) { (x) throws(XMLError) in
            try body(&x)
            try x.requireAttribute(attribute)
        }
    }
}
