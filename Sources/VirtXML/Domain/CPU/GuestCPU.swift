import ByteText
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
    /// Nothing is said of the processor. Cells that were made for memory to be plugged into aren't told of then, either.
    public var isUnsaid = false

    public init() {}

    /// Whether the document says something of the processor.
    public var isSaid: Bool { !isUnsaid || mode != nil }

    /// The most features that a document may name: more than any processor has.
    public static let mostFeatures = 2048

    public enum Mode: String, XMLWord {
        case custom, maximum
        case hostModel = "host-model"
        case hostPassthrough = "host-passthrough"
    }

    public enum Match: String, XMLWord { case minimum, exact, strict }

    public enum Check: String, XMLWord { case none, partial, full }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindMode(&x)
        // The host's own has no name.
        if x.isWriting || mode != .hostPassthrough && mode != .maximum { try x.element("model", &model) }
        try x.value("vendor", &vendor)
        try x.element("topology", &topology)
        if x.isReading {
            try checkModel(x)
            try bindFeatures(&x)
        }
        try x.atMost(1, "cache", orElse: "at most one CPU cache element may be specified")
        try x.element("cache", &cache)
        try x.element("maxphysaddr", &maxPhysAddr)
        if x.isWriting { try bindFeatures(&x) } else { try check(x) }
        try x.element("numa", &numa)
    }

    private mutating func bindFeatures(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("feature", &features, atMost: Self.mostFeatures)
    }

    /// What is said of a model needs one, unless the host's is taken.
    private func checkModel(_ x: XMLBinder) throws(XMLError) {
        let hasModel = model?.name != nil || mode != nil && mode != .custom
        if vendor != nil, model?.name == nil { throw x.fault("CPU vendor specified without CPU model") }
        if !hasModel, x.node?.children.contains(where: { $0.name == "feature" }) == true {
            throw x.fault("Non-empty feature list specified without CPU model")
        }
    }

    private func check(_ x: XMLBinder) throws(XMLError) {
        var seen: Set<String> = []
        for feature in features {
            try x.require(!feature.name.isEmpty, "Invalid CPU feature name")
            if !seen.insert(feature.name).inserted {
                throw x.fault("CPU feature '\(feature.name)' specified more than once", value: feature.name)
            }
        }
    }

    private mutating func bindMode(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("mode", &mode, .refusing("Invalid mode attribute '%'"))
        if x.isReading {
            try x.onOff("migratable", &migratable)
            try x.require(
                migratable == nil || mode == .hostPassthrough || mode == .maximum,
                "Attribute migratable is only allowed for 'host-passthrough' / 'maximum' CPU mode",
                .unsupported)
        }
        try x.attribute("match", &match)
        try x.attribute("check", &check)
        if x.isWriting { try x.onOff("migratable", &migratable) }
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
        try x.attribute("fallback", &fallback, .unlessEmpty.refusing("Invalid fallback attribute"))
        try x.attribute("vendor_id", &vendorID, .unlessEmpty)
        if let vendorID {
            try x.require(vendorID.utf8.count == 12, "vendor_id must be exactly 12 characters long")
            try x.require(!vendorID.contains(byte: ","), "vendor id is invalid")
        }
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
        try x.positive("sockets", &sockets)
        try bindOptional("dies", &dies, &x)
        try bindOptional("clusters", &clusters, &x)
        try x.positive("cores", &cores)
        try x.positive("threads", &threads)
    }

    private func bindOptional(
        _ name: StaticString, _ value: inout UInt32, _ x: inout XMLBinder
    ) throws(XMLError) {
        var given: UInt32? = x.isReading ? nil : value
        try x.positive(name, &given)
        value = given ?? 1
    }
}

/// The cache that the guest sees.
public struct CPUCache: XMLElement {
    public var level: Int32?
    public var mode: Mode = .passthrough

    public init() {}

    public enum Mode: String, XMLWord { case emulate, passthrough, disable }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var number = level.map { UInt32(clamping: $0) }
        try x.natural("level", &number)
        level = number.map { Int32(clamping: $0) }
        try x.require((1...3).contains(level ?? 1), "invalid CPU cache level, must be in range [1,3]")
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
        try x.attribute("policy", &policy, .refusing("Invalid CPU feature policy"))
        if x.isReading, policy == nil { policy = .require }
        try x.attribute("name", &name, orElse: "Invalid CPU feature name")
    }
}

extension GuestCPU: XMLRoot {
    public static let elementName: StaticString = "cpu"
}
