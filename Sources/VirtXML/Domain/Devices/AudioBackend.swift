import XMLBinding

/// Where the host takes the guest's sound.
public struct AudioBackend: DeviceElement {
    public static let elementName: StaticString = "audio"

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
        // A kind that there isn't is said before a number that is missing.
        if x.isReading { try x.attribute("type", &type) }
        try x.positive("id", &number)
        if x.isReading, number == nil { throw x.missing("id") }
        id = number ?? id
        if x.isWriting { try x.attribute("type", &type) }
        try x.positive("timerPeriod", &timerPeriod)
        if x.isReading {
            try x.group("input") { (x) throws(XMLError) in try input.bindAny(&x) }
            try x.group("output") { (x) throws(XMLError) in try output.bindAny(&x) }
        }
        try bindOwn(&x)
        let kind = type
        try x.group("input") { (x) throws(XMLError) in try input.bind(&x, kind) }
        try x.group("output") { (x) throws(XMLError) in try output.bind(&x, kind) }
    }

    /// What only one kind of backend knows.
    private mutating func bindOwn(_ x: inout XMLBinder) throws(XMLError) {
        switch type {
        case .oss:
            try x.yesNo("tryMMap", &tryMMap)
            try x.yesNo("exclusive", &exclusive)
            try x.attribute("dspPolicy", &dspPolicy)
        case .pulseaudio: try x.attribute("serverName", &serverName)
        case .pipewire: try x.attribute("runtimeDir", &runtimeDir)
        case .file: try x.attribute("path", &path)
        case .sdl:
            try x.attribute("driver", &sdlDriver)
            try x.require(
                sdlDriver.map(Self.sdlDrivers.contains) ?? true,
                "Invalid value for attribute 'driver' in element 'audio': '\(sdlDriver ?? "")'.")
        case .none, .alsa, .coreaudio, .jack, .spice, .dbus: break
        }
    }

    /// Who plays for SDL.
    private static let sdlDrivers: Set<String> = [
        "esd", "alsa", "arts", "pulseaudio", "dummy", "coreaudio", "diskaudio", "dsp", "oss",
    ]

    /// One direction of the sound.
    public struct Stream: Equatable, Sendable {
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

        /// What all backends know, which libvirt reads of both directions before all else.
        mutating func bindAny(_ x: inout XMLBinder) throws(XMLError) {
            try bindMixing(&x)
            try x.require(
                fixedSettings == true || !x.hasChild("settings"),
                "audio settings specified without fixed settings flag", .unsupported)
            try x.element("settings", &settings)
            if fixedSettings == true { settings = settings ?? Settings() }
        }

        /// Of what only some backends know, the others' is not looked at.
        mutating func bind(_ x: inout XMLBinder, _ kind: Kind) throws(XMLError) {
            if x.isWriting { try bindMixing(&x) }
            if kind == .alsa || kind == .oss { try x.attribute("dev", &dev) }
            if kind == .oss, x.isReading { try x.yesNo("tryPoll", &tryPoll) }
            if [.oss, .coreaudio, .sdl].contains(kind) { try x.positive("bufferCount", &bufferCount) }
            if kind == .jack {
                try x.attribute("serverName", &serverName)
                try x.attribute("clientName", &clientName)
                try x.attribute("connectPorts", &connectPorts)
                try x.yesNo("exactName", &exactName)
            }
            if kind == .oss, x.isWriting { try x.yesNo("tryPoll", &tryPoll) }
            if kind == .pulseaudio || kind == .pipewire {
                try x.attribute("name", &name)
                try x.attribute("streamName", &streamName)
                try x.positive("latency", &latency)
            }
            if x.isWriting { try x.element("settings", &settings) }
        }

        private mutating func bindMixing(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("mixingEngine", &mixingEngine)
            try x.yesNo("fixedSettings", &fixedSettings)
            try x.require(
                fixedSettings != true || mixingEngine == true, "fixed audio settings requires mixing engine",
                .unsupported)
            try x.positive("voices", &voices)
            try x.positive("bufferLength", &bufferLength)
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
