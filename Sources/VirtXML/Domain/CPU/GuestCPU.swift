import XMLBinding

/// The CPU that the guest sees.
public struct GuestCPU: XMLElement {
    /// nil if only its topology is said.
    public var mode: Mode?
    public var match: Match?
    public var check: Check?
    public var migratable: Bool?
    public var deprecatedFeatures: Bool?
    @Boxed public var model: CPUModel?
    public var vendor: String?
    @Boxed public var topology: CPUTopology?
    @Boxed public var cache: CPUCache?
    @Boxed public var maxPhysAddr: CPUPhysicalAddress?
    public var features: [CPUFeature] = []
    @Boxed public var numa: GuestNUMA?

    public init() {}

    public enum Mode: String, XMLWord {
        case custom, maximum
        case hostModel = "host-model"
        case hostPassthrough = "host-passthrough"
    }

    public enum Match: String, XMLWord { case minimum, exact, strict }

    public enum Check: String, XMLWord { case none, partial, full }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindMode(&x)
        try x.element("model", &model)
        try x.value("vendor", &vendor)
        try x.element("topology", &topology)
        try x.element("cache", &cache)
        try x.element("maxphysaddr", &maxPhysAddr)
        try x.elements("feature", &features)
        try x.element("numa", &numa)
    }

    private mutating func bindMode(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("mode", &mode)
        try x.attribute("match", &match)
        try x.attribute("check", &check)
        try x.onOff("migratable", &migratable)
        try x.onOff("deprecated_features", &deprecatedFeatures)
        if x.isReading, mode == nil, x.hasChild("model") { mode = .custom }
        if x.isReading, mode == .custom, match == nil, x.hasChild("model") { match = .exact }
    }
}

/// A named CPU.
public struct CPUModel: XMLElement {
    public var name: String?
    public var fallback: Fallback?
    /// What the guest reads as its maker; 12 letters.
    public var vendorID: String?

    public init() {}

    /// Whether a similar CPU may stand in.
    public enum Fallback: String, XMLWord { case allow, forbid }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("fallback", &fallback)
        try x.attribute("vendor_id", &vendorID)
        try x.content(&name)
    }
}

/// How the CPUs are arranged.
public struct CPUTopology: XMLElement {
    public var sockets: UInt32 = 1
    public var dies: UInt32 = 1
    public var clusters: UInt32 = 1
    public var cores: UInt32 = 1
    public var threads: UInt32 = 1

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("sockets", &sockets)
        try x.attribute("dies", &dies, default: 1)
        try x.attribute("clusters", &clusters, default: 1)
        try x.attribute("cores", &cores)
        try x.attribute("threads", &threads)
        try x.require(
            ![sockets, dies, clusters, cores, threads].contains(0), "Invalid CPU topology")
    }
}

/// The cache that the guest sees.
public struct CPUCache: XMLElement {
    public var level: Int32?
    public var mode: Mode = .passthrough

    public init() {}

    public enum Mode: String, XMLWord { case emulate, passthrough, disable }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("level", &level)
        try x.attribute("mode", &mode)
    }
}

/// How many bits of physical address the guest sees.
public struct CPUPhysicalAddress: XMLElement {
    public var mode: Mode = .passthrough
    public var bits: Int32?
    public var limit: UInt32?

    public init() {}

    public enum Mode: String, XMLWord { case emulate, passthrough }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("mode", &mode)
        try x.attribute("bits", &bits)
        try x.attribute("limit", &limit)
        if limit == 0 { limit = nil }
    }
}

/// An ability that a CPU has or lacks.
public struct CPUFeature: XMLElement {
    public var policy: Policy?
    public var name = ""

    public init() {}

    public init(_ name: String, _ policy: Policy? = nil) {
        self.name = name
        self.policy = policy
    }

    public enum Policy: String, XMLWord { case force, require, optional, disable, forbid }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("policy", &policy)
        if x.isReading, policy == nil { policy = .require }
        try x.attribute("name", &name)
    }
}

extension GuestCPU: XMLRoot {
    public static let elementName: StaticString = "cpu"
    public static let origin = "(CPU_definition)"
}
