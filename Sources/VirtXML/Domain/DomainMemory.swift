import XMLBinding

/// How much memory the guest has.
public struct DomainMemory: Equatable, Sendable {
    /// At start, without what can be plugged in.
    public var total: ByteSize?
    /// What the balloon leaves at present; nil for all.
    public var current: ByteSize?
    /// With all that can be plugged in.
    public var maximum: ByteSize?
    /// How many devices can be plugged in.
    public var slots: UInt32?
    /// Whether a dump of the hypervisor holds the guest's memory.
    public var dumpCore: Bool?

    public init() {}

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindMaximum(&x)
        if x.isReading || total != nil {
            try x.group("memory") { (x) throws(XMLError) in
                try x.onOff("dumpCore", &dumpCore)
                try x.sizeContent(&total, path: "./memory[1]")
            }
        }
        try x.size("currentMemory", &current, path: "./currentMemory[1]")
    }

    private mutating func bindSlots(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("slots", &slots, .unlessEmpty.refusing("Failed to parse memory slot count", .xml))
    }

    private mutating func bindMaximum(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, maximum == nil { return }
        try x.group("maxMemory") { (x) throws(XMLError) in
            if x.isWriting { try bindSlots(&x) }
            try x.sizeContent(&maximum, path: "./maxMemory[1]")
            if x.isReading { try bindSlots(&x) }
        }
        try x.require(
            maximum != nil || slots == nil,
            "maximum memory size must be specified when specifying number of memory slots")
    }
}
