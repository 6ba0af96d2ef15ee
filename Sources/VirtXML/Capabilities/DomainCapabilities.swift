import XMLBinding

/// What a hypervisor's program can do for a domain of some architecture and machine.
public struct DomainCapabilities: XMLRoot {
    public static let elementName: StaticString = "domainCapabilities"

    /// The hypervisor's program.
    public var path: String?
    public var domain: DomainDefinition.VirtType = .qemu
    public var machine: String?
    public var arch = ""
    public var maxVCPUs: UInt32?
    public var iothreads: Bool?
    public var os = OS()
    public var cpu = CPUModes()
    public var memoryBacking: Support?
    public var devices = Devices()
    public var features = Features()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("path", &path)
        try x.value("domain", &domain)
        try x.value("machine", &machine)
        try x.value("arch", &arch)
        try x.group("vcpu") { (x) throws(XMLError) in try x.attribute("max", &maxVCPUs) }
        try x.supported("iothreads", &iothreads)
        try x.element("os", &os)
        try x.element("cpu", &cpu)
        try x.element("memoryBacking", &memoryBacking)
        try x.element("devices", &devices)
        try x.element("features", &features)
    }

    /// The values that something may have.
    public struct Choice: XMLElement {
        public var name = ""
        public var values: [String] = []

        public init() {}

        public init(_ name: String, _ values: [String]) {
            self.name = name
            self.values = values
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.values("value", &values)
        }
    }

    /// Whether there is something, and which values it may have.
    public struct Support: XMLElement {
        public var supported: Bool? = true
        public var choices: [Choice] = []

        public init() {}

        public init(_ supported: Bool, _ choices: [Choice] = []) {
            self.supported = supported
            self.choices = choices
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("supported", &supported)
            try x.elements("enum", &choices)
        }
    }

    /// How a guest may start.
    public struct OS: XMLElement {
        public var supported: Bool?
        public var choices: [Choice] = []
        public var loader: Loader?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("supported", &supported)
            try x.elements("enum", &choices)
            try x.element("loader", &loader)
        }
    }

    /// The firmware images that are known.
    public struct Loader: XMLElement {
        public var supported: Bool? = true
        public var paths: [String] = []
        public var choices: [Choice] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("supported", &supported)
            try x.values("value", &paths)
            try x.elements("enum", &choices)
        }
    }
}

extension XMLBinder {
    /// A child that only says whether there is something.
    mutating func supported(_ name: StaticString, _ value: inout Bool?) throws(XMLError) {
        try group(name) { (x) throws(XMLError) in try x.yesNo("supported", &value) }
    }
}
