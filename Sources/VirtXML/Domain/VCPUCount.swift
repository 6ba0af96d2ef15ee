import XMLBinding

/// How many CPUs the guest has and where they may run.
public struct VCPUCount: Equatable, Sendable {
    public var maximum: UInt32 = 1
    /// How many are plugged in; nil for all.
    public var current: UInt32?
    public var placement: Placement?
    /// The host's CPUs that those without a pin of their own may use.
    public var cpuset: CPUSet?

    public init() {}

    /// How many processors the guest starts with.
    public var online: UInt32 { current ?? maximum }

    /// More than any machine has, and as many as a set of CPUs can name.
    public static let limit = UInt32(CPUSet.limit) + 1

    /// Refuses more than a list can be made of.
    func checkLimit() throws(XMLError) {
        guard maximum > Self.limit else { return }
        throw XMLError(
            .unsupported, "Maximum CPUs greater than \(Self.limit), which no machine has: \(maximum)")
    }

    /// Whether the host's CPUs are given here or come from a service that knows its load.
    public enum Placement: String, XMLWord { case `static`, auto }

    mutating func bindElement(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("vcpu") { (x) throws(XMLError) in
            if x.isReading {
                try bindMaximum(&x)
                try x.attribute("current", &current)
            }
            try x.attribute("placement", &placement)
            try x.set("cpuset", &cpuset)
            if x.isReading { return }
            try x.attribute("current", &current)
            try bindMaximum(&x)
        }
    }

    private mutating func bindMaximum(_ x: inout XMLBinder) throws(XMLError) {
        var text = String(maximum)
        try x.content(&text)
        guard x.isReading else { return }
        guard let count = UInt32(xml: text) else {
            throw x.fault("maximum vcpus count must be an integer", value: text)
        }
        maximum = count
    }
}

/// One CPU of the guest.
public struct VCPU: XMLElement {
    public var id: UInt32 = 0
    public var enabled = true
    public var hotpluggable: Bool?
    /// The order in which they were plugged in, counted from 1.
    public var order: UInt32?

    public init() {}

    init(id: UInt32, enabled: Bool) {
        self.id = id
        self.enabled = enabled
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("id", &id)
        var flag: Bool? = x.isReading ? nil : enabled
        try x.yesNo("enabled", &flag)
        try x.require(flag != nil, "Missing required attribute 'enabled' in element 'vcpu'")
        enabled = flag ?? enabled
        try x.yesNo("hotpluggable", &hotpluggable)
        try x.attribute("order", &order)
        if order == 0 { order = nil }
    }
}
