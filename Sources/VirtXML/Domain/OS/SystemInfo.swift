import XMLBinding

/// What the guest reads about its machine: SMBIOS tables, or blobs that firmware passes on.
public struct SystemInfo: XMLElement {
    public var type: Kind = .smbios
    public var bios: [Entry] = []
    public var system: [Entry] = []
    public var baseBoards: [Block] = []
    public var chassis: [Entry] = []
    public var oemStrings: [String] = []
    public var processors: [Block] = []
    public var memoryDevices: [Block] = []
    /// Blobs for the firmware.
    public var entries: [Entry] = []

    public init() {}

    public enum Kind: String, XMLWord { case smbios, fwcfg }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type)
        if type == .fwcfg {
            try x.elements("entry", &entries)
            let isNamed = x.node?.children.allSatisfy { $0.name != "entry" || $0.attribute("name") != nil }
            return try x.require(isNamed ?? true, "Firmware entry is missing 'name' attribute")
        }
        try x.group("bios") { (x) throws(XMLError) in try x.elements("entry", &bios) }
        try x.group("system") { (x) throws(XMLError) in try x.elements("entry", &system) }
        // What has no name is nothing.
        if x.isReading {
            bios.removeAll { $0.name.isEmpty }
            system.removeAll { $0.name.isEmpty }
        }
        try x.elements("baseBoard", &baseBoards)
        try x.group("chassis") { (x) throws(XMLError) in try x.elements("entry", &chassis) }
        try x.elements("processor", &processors)
        try x.elements("memory_device", &memoryDevices)
        try x.group("oemStrings") { (x) throws(XMLError) in try x.values("entry", &oemStrings) }
    }

    /// A table that may occur several times.
    public struct Block: XMLElement {
        public var entries: [Entry] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.elements("entry", &entries) }
    }

    public struct Entry: XMLElement {
        public var name = ""
        public var value: String?
        /// The file that holds the value; for the firmware's blobs.
        public var file: String?

        public init() {}

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name, default: "")
            try x.attribute("file", &file)
            try x.content(&value)
            // What is in a file needn't be said.
            if x.isReading, file != nil { value = nil }
        }
    }
}

extension SystemInfo: XMLRoot {
    public static let elementName: StaticString = "sysinfo"
}
