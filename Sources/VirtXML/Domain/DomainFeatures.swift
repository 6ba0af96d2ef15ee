import XMLBinding

/// What the virtual machine has beside its devices. nil leaves it to the hypervisor.
public struct DomainFeatures: XMLElement {
    public var acpi = false
    @Boxed public var apic: APIC?
    public var pae = false
    public var hap: Bool?
    public var viridian = false
    public var privnet = false
    @Boxed public var hyperv: HyperVFeatures?
    @Boxed public var kvm: KVMFeatures?
    public var pvspinlock: Bool?
    @Boxed public var capabilities: ContainerCapabilities?
    public var pmu: Bool?
    public var vmport: Bool?
    @Boxed public var gic: GIC?
    @Boxed public var smm: SMM?
    public var ioapic: IOAPIC?
    @Boxed public var hpt: HPT?
    public var vmcoreinfo: Bool?
    public var htm: Bool?
    public var nestedHV: Bool?
    public var msrs: MSRs?
    public var ccfAssist: Bool?
    @Boxed public var xen: XenFeatures?
    public var cfpc: Mitigation?
    public var sbbc: Mitigation?
    public var ibs: IndirectBranch?
    public var tcgTBCache: ByteSize?
    public var asyncTeardown: Bool?
    public var ras: Bool?
    public var ps2: Bool?
    public var aia: AIA?

    public init() {}

    public enum IOAPIC: String, XMLWord { case qemu, kvm }

    /// How a pSeries machine answers for a flaw of its processors.
    public enum Mitigation: String, XMLWord { case broken, workaround, fixed }

    public enum IndirectBranch: String, XMLWord {
        case broken, workaround
        case fixedIBS = "fixed-ibs"
        case fixedCCD = "fixed-ccd"
        case fixedNA = "fixed-na"
    }

    public enum AIA: String, XMLWord {
        case none, aplic
        case aplicIMSIC = "aplic-imsic"
    }

    public enum MSRs: String, XMLWord { case ignore, fault }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.allow(Self.names) { "unexpected feature '\($0)'" }
        x.gather("hyperv", "kvm", "xen")
        try x.flag("acpi", &acpi)
        try x.element("apic", &apic)
        try x.flag("pae", &pae)
        try x.state("hap", &hap, absent: true)
        try x.flag("viridian", &viridian)
        try x.flag("privnet", &privnet)
        try x.element("hyperv", &hyperv)
        try x.element("kvm", &kvm)
        try x.state("pvspinlock", &pvspinlock, absent: true)
        try x.element("capabilities", &capabilities)
        if capabilities?.states.isEmpty == true, capabilities?.policy ?? .default == .default {
            capabilities = nil
        }
        try x.state("pmu", &pmu, absent: true)
        try x.state("vmport", &vmport, absent: true)
        try x.element("gic", &gic)
        try x.element("smm", &smm)
        try bindRest(&x)
    }

    private static let names: Set<String> = [
        "acpi", "apic", "pae", "hap", "viridian", "privnet", "hyperv", "kvm", "xen", "pvspinlock",
        "capabilities", "pmu", "vmport", "gic", "smm", "ioapic", "hpt", "vmcoreinfo", "htm", "nested-hv",
        "msrs", "ccf-assist", "cfpc", "sbbc", "ibs", "tcg", "async-teardown", "ras", "ps2", "aia",
    ]

    private mutating func bindRest(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("ioapic") { (x) throws(XMLError) in try x.attribute("driver", &ioapic) }
        try x.element("hpt", &hpt)
        if hpt == HPT() { hpt = nil }
        try x.state("vmcoreinfo", &vmcoreinfo, absent: true)
        try x.state("htm", &htm)
        try x.state("nested-hv", &nestedHV)
        try x.group("msrs") { (x) throws(XMLError) in
            try x.attribute("unknown", &msrs)
            try x.require(msrs != nil, "Missing required attribute 'unknown' in element 'msrs'")
        }
        try x.state("ccf-assist", &ccfAssist)
        try x.element("xen", &xen)
        try x.group("cfpc") { (x) throws(XMLError) in try x.attribute("value", &cfpc) }
        try x.group("sbbc") { (x) throws(XMLError) in try x.attribute("value", &sbbc) }
        try x.group("ibs") { (x) throws(XMLError) in try x.attribute("value", &ibs) }
        try x.group("tcg") { (x) throws(XMLError) in try x.size("tb-cache", &tcgTBCache) }
        try x.group("async-teardown") { (x) throws(XMLError) in
            if x.isReading { asyncTeardown = true }
            try x.yesNo("enabled", &asyncTeardown)
        }
        try x.state("ras", &ras)
        try x.state("ps2", &ps2)
        try x.group("aia") { (x) throws(XMLError) in try x.attribute("value", &aia) }
    }

    public struct APIC: XMLElement {
        public var eoi: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.onOff("eoi", &eoi) }
    }

    /// The interrupt controller of an ARM machine.
    public struct GIC: XMLElement {
        public var version: Version?

        public init() {}

        public enum Version: String, XMLWord {
            case host
            case v2 = "2"
            case v3 = "3"
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("version", &version)
        }
    }

    /// System management mode.
    public struct SMM: XMLElement {
        public var state: Bool?
        public var tseg: ByteSize?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isReading { state = true }
            try x.onOff("state", &state)
            try x.size("tseg", &tseg, unit: nil, default: .mib, path: "string(./features/smm/tseg)")
        }
    }

    /// The page table of a pSeries machine.
    public struct HPT: XMLElement {
        public var resizing: Resizing?
        public var maxPageSize: ByteSize?

        public init() {}

        public enum Resizing: String, XMLWord { case enabled, disabled, required }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("resizing", &resizing)
            do {
                try x.size("maxpagesize", &maxPageSize)
            } catch {
                throw x.fault("Unable to parse HPT maxpagesize setting", .unsupported)
            }
        }
    }
}
