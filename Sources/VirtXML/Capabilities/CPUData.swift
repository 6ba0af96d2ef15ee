import XMLBinding

/// What a processor says about itself, register by register.
public struct CPUData: XMLRoot {
    public static let elementName: StaticString = "cpudata"

    public var arch = "x86"
    public var leaves: [Leaf] = []
    public var registers: [ModelRegister] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("arch", &arch)
        try x.elements("cpuid", &leaves)
        try x.elements("msr", &registers)
    }

    /// What `cpuid` answers to one question.
    public struct Leaf: XMLElement {
        public var leaf: UInt32 = 0
        public var subleaf: UInt32 = 0
        public var eax: UInt32 = 0
        public var ebx: UInt32 = 0
        public var ecx: UInt32 = 0
        public var edx: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.hex("eax_in", &leaf, width: 8)
            try x.hex("ecx_in", &subleaf, width: 2)
            try x.hex("eax", &eax, width: 8)
            try x.hex("ebx", &ebx, width: 8)
            try x.hex("ecx", &ecx, width: 8)
            try x.hex("edx", &edx, width: 8)
        }
    }

    /// A model specific register.
    public struct ModelRegister: XMLElement {
        public var index: UInt32 = 0
        public var edx: UInt32 = 0
        public var eax: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.hex("index", &index, width: 0)
            try x.hex("edx", &edx, width: 8)
            try x.hex("eax", &eax, width: 8)
        }
    }
}
