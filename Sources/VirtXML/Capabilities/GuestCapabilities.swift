import XMLBinding

/// One kind of guest that the host runs: a type of system on an architecture.
public struct GuestCapabilities: XMLElement {
    public var osType = "hvm"
    public var arch = ""
    /// In bits.
    public var wordsize: UInt32 = 64
    public var emulator: String?
    public var loader: String?
    public var machines: [Machine] = []
    public var domains: [Domain] = []
    public var features: Features?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("os_type", &osType)
        try x.group("arch") { (x) throws(XMLError) in
            try x.attribute("name", &arch)
            try x.value("wordsize", &wordsize)
            try x.value("emulator", &emulator)
            try x.value("loader", &loader)
            try x.elements("machine", &machines)
            try x.elements("domain", &domains)
        }
        try x.element("features", &features)
    }

    public struct Machine: XMLElement {
        public var name = ""
        /// The versioned machine that this name stands for.
        public var canonical: String?
        public var maxCPUs: UInt32?
        public var deprecated = false

        public init() {}

        public init(_ name: String, canonical: String? = nil, maxCPUs: UInt32? = nil) {
            self.name = name
            self.canonical = canonical
            self.maxCPUs = maxCPUs
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("canonical", &canonical)
            try x.attribute("maxCpus", &maxCPUs)
            try x.yes("deprecated", &deprecated)
            try x.content(&name)
        }
    }

    /// A way to run the guest, with a program of its own if it differs.
    public struct Domain: XMLElement {
        public var type: DomainDefinition.VirtType = .qemu
        public var emulator: String?
        public var loader: String?
        public var machines: [Machine] = []

        public init() {}

        public init(_ type: DomainDefinition.VirtType) { self.type = type }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try x.value("emulator", &emulator)
            try x.value("loader", &loader)
            try x.elements("machine", &machines)
        }
    }

    /// What such guests may have.
    public struct Features: XMLElement {
        public var pae = false
        public var nonpae = false
        public var ia64BE = false
        public var acpi: Toggle?
        public var apic: Toggle?
        public var cpuSelection = false
        public var deviceBoot = false
        public var diskSnapshot: Toggle?
        public var hap: Toggle?
        public var externalSnapshot = false

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.flag("pae", &pae)
            try x.flag("nonpae", &nonpae)
            try x.flag("ia64_be", &ia64BE)
            try x.element("acpi", &acpi)
            try x.element("apic", &apic)
            try x.flag("cpuselection", &cpuSelection)
            try x.flag("deviceboot", &deviceBoot)
            try x.element("disksnapshot", &diskSnapshot)
            try x.element("hap", &hap)
            try x.flag("externalSnapshot", &externalSnapshot)
        }
    }

    /// Whether a feature is there by default and can be chosen.
    public struct Toggle: XMLElement {
        public var isDefault: Bool? = true
        public var toggles: Bool? = false

        public init() {}

        public init(default isDefault: Bool, toggles: Bool) {
            self.isDefault = isDefault
            self.toggles = toggles
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.onOff("default", &isDefault)
            try x.yesNo("toggle", &toggles)
        }
    }
}
