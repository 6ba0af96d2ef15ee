import XMLBinding

/// Where the host takes the guest's sound.
public struct AudioBackend: XMLElement {
    public var id: UInt32 = 1
    public var type: Kind = .none
    /// In microseconds.
    public var timerPeriod: UInt32?
    public var serverName: String?
    public var runtimeDir: String?
    public var path: String?
    public var sdlDriver: String?
    public var tryMMap: Bool?
    public var exclusive: Bool?
    public var dspPolicy: Int32?
    public var input = Stream()
    public var output = Stream()

    public init() {}

    public init(_ type: Kind, id: UInt32 = 1) {
        self.type = type
        self.id = id
    }

    public enum Kind: String, XMLWord {
        case none, alsa, coreaudio, jack, oss, pulseaudio, sdl, spice, file, dbus, pipewire
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var number: UInt32? = x.isReading ? nil : id
        try x.requireAttribute("type")
        try x.positive("id", &number)
        if x.isReading, number == nil { throw x.missing("id") }
        id = number ?? id
        try x.attribute("type", &type)
        try x.positive("timerPeriod", &timerPeriod)
        switch type {
        case .oss:
            try x.yesNo("tryMMap", &tryMMap)
            try x.yesNo("exclusive", &exclusive)
            try x.attribute("dspPolicy", &dspPolicy)
        case .pulseaudio: try x.attribute("serverName", &serverName)
        case .pipewire: try x.attribute("runtimeDir", &runtimeDir)
        case .file: try x.attribute("path", &path)
        case .sdl: try x.attribute("driver", &sdlDriver)
        case .none, .alsa, .coreaudio, .jack, .spice, .dbus: break
        }
        try x.element("input", &input)
        try x.element("output", &output)
        guard x.isReading else { return }
        input.keep(for: type)
        output.keep(for: type)
    }

    /// Who plays for SDL.
    private static let sdlDrivers: Set<String> = [
        "esd", "alsa", "arts", "pulseaudio", "dummy", "coreaudio", "diskaudio", "dsp", "oss",
    ]

    /// One direction of the sound.
    public struct Stream: XMLElement {
        public var mixingEngine: Bool?
        public var fixedSettings: Bool?
        public var voices: UInt32?
        /// In microseconds.
        public var bufferLength: UInt32?
        public var dev: String?
        public var bufferCount: UInt32?
        public var name: String?
        public var streamName: String?
        /// In microseconds.
        public var latency: UInt32?
        public var serverName: String?
        public var clientName: String?
        public var connectPorts: String?
        public var exactName: Bool?
        public var tryPoll: Bool?
        public var settings: Settings?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("mixingEngine", &mixingEngine)
            try x.yesNo("fixedSettings", &fixedSettings)
            try x.require(
                fixedSettings != true || mixingEngine == true, "fixed audio settings requires mixing engine",
                .unsupported)
            try x.positive("voices", &voices)
            try x.positive("bufferLength", &bufferLength)
            try x.attribute("dev", &dev)
            try x.positive("bufferCount", &bufferCount)
            try x.attribute("serverName", &serverName)
            try x.attribute("clientName", &clientName)
            try x.attribute("connectPorts", &connectPorts)
            try x.yesNo("exactName", &exactName)
            try x.yesNo("tryPoll", &tryPoll)
            try x.attribute("name", &name)
            try x.attribute("streamName", &streamName)
            try x.positive("latency", &latency)
            try x.element("settings", &settings)
        }
    }

    /// The sound's format, if it's fixed.
    public struct Settings: XMLElement {
        /// In hertz.
        public var frequency: UInt32?
        public var channels: UInt32?
        public var format: Format?

        public init() {}

        public enum Format: String, XMLWord { case s8, u8, s16, u16, s32, u32, f32 }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.positive("frequency", &frequency)
            try x.positive("channels", &channels)
            try x.attribute("format", &format)
        }
    }
}

extension AudioBackend.Stream {
    /// Forgets what a backend of the kind doesn't know.
    fileprivate mutating func keep(for kind: AudioBackend.Kind) {
        if kind != .alsa && kind != .oss { dev = nil }
        if kind != .oss { tryPoll = nil }
        if ![.oss, .coreaudio, .sdl].contains(kind) { bufferCount = nil }
        if kind != .pulseaudio && kind != .pipewire { (name, streamName, latency) = (nil, nil, nil) }
        guard kind != .jack else { return }
        (serverName, clientName, connectPorts, exactName) = (nil, nil, nil, nil)
    }
}
