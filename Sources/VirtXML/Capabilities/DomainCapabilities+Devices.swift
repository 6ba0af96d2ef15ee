import XMLBinding

extension DomainCapabilities {
    /// Which devices there are.
    public struct Devices: XMLElement {
        public var disk: Support?
        public var graphics: Support?
        public var video: Support?
        public var hostdev: Support?
        public var rng: Support?
        public var filesystem: Support?
        public var tpm: Support?
        public var redirdev: Support?
        public var channel: Support?
        public var crypto: Support?
        public var interface: Support?
        public var panic: Support?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.element("disk", &disk)
            try x.element("graphics", &graphics)
            try x.element("video", &video)
            try x.element("hostdev", &hostdev)
            try x.element("rng", &rng)
            try x.element("filesystem", &filesystem)
            try x.element("tpm", &tpm)
            try x.element("redirdev", &redirdev)
            try x.element("channel", &channel)
            try x.element("crypto", &crypto)
            try x.element("interface", &interface)
            try x.element("panic", &panic)
        }
    }

    /// What else there is.
    public struct Features: XMLElement {
        public var gic: Support?
        public var vmcoreinfo: Bool?
        public var genid: Bool?
        public var backingStoreInput: Bool?
        public var backup: Bool?
        public var asyncTeardown: Bool?
        public var s390PV: Bool?
        public var ps2: Bool?
        public var sev: SEV?
        public var sgx: SGX?
        public var hyperv: Support?
        public var launchSecurity: Support?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.element("gic", &gic)
            try x.supported("vmcoreinfo", &vmcoreinfo)
            try x.supported("genid", &genid)
            try x.supported("backingStoreInput", &backingStoreInput)
            try x.supported("backup", &backup)
            try x.supported("async-teardown", &asyncTeardown)
            try x.supported("s390-pv", &s390PV)
            try x.supported("ps2", &ps2)
            try x.element("sev", &sev)
            try x.element("sgx", &sgx)
            try x.element("hyperv", &hyperv)
            try x.element("launchSecurity", &launchSecurity)
        }
    }

    /// What AMD's encrypted guests may have.
    public struct SEV: XMLElement {
        public var supported: Bool? = false
        public var cbitpos: UInt32?
        public var reducedPhysBits: UInt32?
        public var maxGuests: UInt32?
        public var maxESGuests: UInt32?
        public var cpu0ID: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("supported", &supported)
            try x.value("cbitpos", &cbitpos)
            try x.value("reducedPhysBits", &reducedPhysBits)
            try x.value("maxGuests", &maxGuests)
            try x.value("maxESGuests", &maxESGuests)
            try x.value("cpu0Id", &cpu0ID)
        }
    }

    /// What Intel's enclaves may have.
    public struct SGX: XMLElement {
        public var supported: Bool? = false
        public var flc: Answer?
        public var sgx1: Answer?
        public var sgx2: Answer?
        public var sectionSize: ByteSize?
        public var sections: [Section] = []

        public init() {}

        public enum Answer: String, XMLWord { case yes, no }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("supported", &supported)
            try x.value("flc", &flc)
            try x.value("sgx1", &sgx1)
            try x.value("sgx2", &sgx2)
            try x.size("section_size", &sectionSize)
            try x.group("sections") { (x) throws(XMLError) in try x.elements("section", &sections) }
        }

        public struct Section: XMLElement {
            public var node: UInt32 = 0
            public var size: ByteSize?

            public init() {}

            public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
                try x.attribute("node", &node)
                try x.size(attribute: "size", &size)
            }
        }
    }
}
