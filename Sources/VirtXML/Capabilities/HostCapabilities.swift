import Virt
import XMLBinding

/// What the host is and which guests it runs.
public struct HostCapabilities: XMLRoot {
    public static let elementName: StaticString = "capabilities"

    public var host = Host()
    public var guests: [GuestCapabilities] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        x.blankLine()
        try x.element("host", &host)
        x.blankLine()
        if x.isReading { return try x.elements("guest", &guests) }
        for guest in guests {
            var copy = guest
            try x.write("guest", &copy)
            x.blankLine()
        }
    }

    /// The host.
    public struct Host: XMLElement {
        public var uuid: UUID?
        public var cpu = HostCPU()
        /// Ways in which the host can sleep; nil if that isn't known.
        public var powerManagement: PowerManagement?
        public var iommu: Bool?
        public var migration: Migration?
        public var netprefix: String?
        public var topology: HostTopology?
        public var cache: HostCache?
        public var memoryBandwidth: HostMemoryBandwidth?
        public var secmodels: [SecurityModel] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("uuid", &uuid)
            try x.element("cpu", &cpu)
            try x.element("power_management", &powerManagement)
            try x.group("iommu") { (x) throws(XMLError) in try x.yesNo("support", &iommu) }
            try x.element("migration_features", &migration)
            try x.value("netprefix", &netprefix)
            try x.element("topology", &topology)
            try x.element("cache", &cache)
            try x.element("memory_bandwidth", &memoryBandwidth)
            try x.elements("secmodel", &secmodels)
        }
    }

    public struct PowerManagement: XMLElement {
        public var suspendToMemory = false
        public var suspendToDisk = false
        public var suspendHybrid = false

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.flag("suspend_mem", &suspendToMemory)
            try x.flag("suspend_disk", &suspendToDisk)
            try x.flag("suspend_hybrid", &suspendHybrid)
        }
    }

    /// How guests move to other hosts.
    public struct Migration: XMLElement {
        public var live = true
        public var transports: [String] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.flag("live", &live)
            try x.group("uri_transports") { (x) throws(XMLError) in
                try x.values("uri_transport", &transports)
            }
        }
    }

    /// A security model that keeps guests apart.
    public struct SecurityModel: XMLElement {
        public var model = ""
        public var doi = "0"
        public var baseLabels: [BaseLabel] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("model", &model)
            try x.value("doi", &doi)
            try x.elements("baselabel", &baseLabels)
        }

        public struct BaseLabel: XMLElement {
            public var type = ""
            public var label = ""

            public init() {}

            public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
                try x.attribute("type", &type)
                try x.content(&label)
            }
        }
    }
}
