import XMLBinding

/// A source of random numbers.
public struct RNGDevice: Device {
    public static let elementName: StaticString = "rng"
    public var model: VirtioModel = .virtio
    public var rate: Rate?
    public var backend: Backend = .random(nil)
    public var driver = VirtioOptions()
    public var info = DeviceInfo()

    public init() {}

    /// Where the host takes them from.
    public enum Backend: Equatable, Sendable {
        /// A file; nil for the host's usual one.
        case random(String?)
        case egd(CharacterSource)
        case builtin
    }

    private enum BackendKind: String, XMLWord { case random, egd, builtin }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.element("rate", &rate)
        if x.isReading, rate?.bytes == 0 { rate = nil }
        try x.atMost(1, "backend", orElse: "only one RNG backend is supported")
        try x.require(x.hasChild("backend"), "only one RNG backend is supported")
        try x.group("backend") { (x) throws(XMLError) in try bindBackend(&x) }
        if x.isWriting { try x.element("driver", &driver) }
        try info.bind(&x)
        if x.isReading { try x.element("driver", &driver) }
    }

    private mutating func bindBackend(_ x: inout XMLBinder) throws(XMLError) {
        var kind: BackendKind =
            switch backend {
            case .random: .random
            case .egd: .egd
            case .builtin: .builtin
            }
        try x.attribute("model", &kind)
        switch kind {
        case .builtin: backend = .builtin
        case .random:
            var path: String?
            if case .random(let known) = backend { path = known }
            try x.content(&path)
            backend = .random(path)
        case .egd:
            var source = CharacterSource()
            if case .egd(let known) = backend { source = known }
            try x.require(x.node?.attribute("type") != nil, "missing EGD backend type")
            try source.bindType(&x, refusing: "unknown backend type '%' for egd")
            x.expand()
            try source.bind(&x)
            backend = .egd(source)
        }
    }

    public struct Rate: XMLElement {
        public var bytes: UInt32 = 0
        /// In milliseconds.
        public var period: UInt32?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute(
                "bytes", &bytes, .unlessEmpty.refusing("invalid RNG rate bytes value", .xml), default: 0)
            try x.attribute("period", &period, .unlessEmpty.refusing("invalid RNG rate period value", .xml))
        }
    }
}
