import XMLBinding

/// A way to see the guest's screen.
public struct GraphicsDevice: DeviceElement {
    public static let elementName: StaticString = "graphics"

    public var type: Kind = .vnc
    /// The chosen port; -1 as long as one is still to be chosen.
    public var port: Int32?
    public var tlsPort: Int32?
    public var websocket: Int32?
    /// The websocket's port was chosen by the daemon.
    public var websocketGenerated = false
    public var autoport: Bool?
    public var listens: [GraphicsListen] = []
    public var keymap: String?
    public var password: String?
    /// In ISO 8601.
    public var passwordValidTo: String?
    public var connected: Connected?
    public var sharePolicy: SharePolicy?
    public var powerControl: Bool?
    public var defaultMode: ChannelMode?
    /// The audio backend that sound goes through.
    public var audioID: UInt32?
    public var display: String?
    public var xauth: String?
    public var fullscreen: Bool?
    public var replaceUser: Bool?
    public var multiUser: Bool?
    public var username: String?
    public var p2p: Bool?
    public var dbusAddress: String?
    @Boxed public var gl: GL?
    @Boxed public var spice: SpiceSettings?

    public init() {}

    public init(_ type: Kind) { self.type = type }

    public enum Kind: String, XMLWord {
        case sdl, vnc, rdp, desktop, spice, dbus
        case eglHeadless = "egl-headless"
    }

    public enum Connected: String, XMLWord { case fail, disconnect, keep }

    public enum SharePolicy: String, XMLWord {
        case `default`
        case ignore
        case allowExclusive = "allow-exclusive"
        case forceShared = "force-shared"
    }

    public enum ChannelMode: String, XMLWord { case any, secure, insecure }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type)
        switch type {
        case .vnc: try bindVNC(&x)
        case .spice: try bindSpice(&x)
        case .sdl: try bindSDL(&x)
        case .rdp: try bindRDP(&x)
        case .desktop:
            try x.attribute("display", &display)
            try x.yesNo("fullscreen", &fullscreen)
        case .eglHeadless:
            // It is there for that alone.
            try x.group("gl") { (x) throws(XMLError) in
                var node = gl?.rendernode
                try x.attribute("rendernode", &node)
                if x.isReading, let node { gl = GL(rendernode: node) }
            }
        case .dbus: try bindDBus(&x)
        }
    }

    private mutating func bindSDL(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("display", &display)
        try x.attribute("xauth", &xauth)
        try x.yesNo("fullscreen", &fullscreen)
        if fullscreen == false { fullscreen = nil }
        try x.requireAttribute("enable", ofChild: "gl")
        try x.element("gl", &gl)
        // It draws on the screen that it is on.
        gl?.rendernode = nil
    }

    private mutating func bindDBus(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("p2p", &p2p)
        if p2p == false { p2p = nil }
        try x.attribute("address", &dbusAddress)
        try x.requireAttribute("enable", ofChild: "gl")
        try x.element("gl", &gl)
        try x.audio(&audioID)
    }

    /// The renderer of 3D.
    public struct GL: XMLElement {
        public var enable: Bool?
        public var rendernode: String?

        public init() {}

        init(rendernode: String) { self.rendernode = rendernode }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("enable", &enable)
            try x.attribute("rendernode", &rendernode)
        }
    }
}

extension XMLBinder {
    /// The audio backend that a device uses.
    mutating func audio(_ id: inout UInt32?) throws(XMLError) {
        try group("audio") { (x) throws(XMLError) in
            try x.requireAttribute("id")
            try x.positive("id", &id)
        }
    }
}
