import XMLBinding

/// Where a pool or volume is found on the host.
public struct StorageTarget: XMLElement {
    public var path: String?
    public var format: String?
    @Boxed public var permissions: StoragePermissions?
    @Boxed public var timestamps: Timestamps?
    @Boxed public var encryption: StorageEncryption?
    public var compat: String?
    public var clusterSize: ByteSize?
    public var features: [String]?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("path", &path)
        try x.group("format") { (x) throws(XMLError) in try x.attribute("type", &format, .unlessEmpty) }
        try x.element("permissions", &permissions)
        if let empty = permissions, empty == StoragePermissions() { permissions = nil }
        if x.isWriting || !x.options.contains(.inactive) { try x.element("timestamps", &timestamps) }
        try x.element("encryption", &encryption)
        try x.value("compat", &compat)
        try x.require(
            compat?.utf8.allSatisfy { "0123456789.".utf8.contains($0) } ?? true,
            "forbidden characters in 'compat' attribute")
        try bindClusterSize(&x)
        try bindFeatures(&x)
    }

    private mutating func bindClusterSize(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading {
            return try x.size(
                "clusterSize", &clusterSize, unit: .bytes, default: .bytes, path: "./target/clusterSize")
        }
        guard let clusterSize else { return }
        try x.group("clusterSize") { (x) throws(XMLError) in
            var unit = "B", count: UInt64? = clusterSize.bytes
            try x.attribute("unit", &unit)
            try x.content(&count)
        }
    }

    private mutating func bindFeatures(_ x: inout XMLBinder) throws(XMLError) {
        guard x.isReading || features != nil else { return }
        var (isThere, has) = (false, Self.knownFeatures.map { features?.contains($0.description) ?? false })
        try x.always("features") { (x) throws(XMLError) in
            isThere = true
            if let other = x.node?.children.first(where: { (node) in
                !Self.knownFeatures.contains { $0.description == node.name }
            }) {
                throw x.fault("unsupported feature \(other.name)", .unsupported)
            }
            for (index, name) in Self.knownFeatures.enumerated() { try x.flag(name, &has[index]) }
        }
        guard x.isReading, isThere else { return }
        features = zip(Self.knownFeatures, has).filter(\.1).map(\.0.description)
    }

    private static let knownFeatures: [StaticString] = ["lazy_refcounts", "extended_l2", "data_file"]

    /// Seconds since 1970, with nanoseconds behind a point.
    public struct Timestamps: XMLElement {
        public var accessed: String?
        public var created: String?
        public var modified: String?
        public var changed: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("atime", &accessed)
            try x.value("mtime", &modified)
            try x.value("ctime", &changed)
            try x.value("btime", &created)
        }
    }
}

/// Who may open a file.
public struct StoragePermissions: XMLElement {
    public var mode: UInt32?
    public var owner: Int64?
    public var group: Int64?
    public var label: String?

    public init() {}

    /// The number that stands for nobody, as an unsigned one.
    private static let unset: Int64 = 0xFFFF_FFFF

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var digits = mode.map { "0" + String($0, radix: 8) }
        try x.value("mode", &digits)
        if x.isReading, let digits {
            mode = UInt32(digits, radix: 8)
            try x.require((mode ?? 0o10000) <= 0o7777, "malformed octal mode")
        }
        try bind("owner", &owner, &x)
        try bind("group", &group, &x)
        try x.value("label", &label)
    }

    private func bind(_ name: StaticString, _ value: inout Int64?, _ x: inout XMLBinder) throws(XMLError) {
        let isNobody = { (id: Int64?) in id == -1 || id == Self.unset }
        if isNobody(value) { value = nil }
        let words = "malformed \(name) element"
        let isEmpty = x.node?.children.contains { $0.name == name.description && $0.text.isEmpty } ?? false
        try x.require(!isEmpty, words)
        try x.value(name, &value, .refusing(words, .xml))
        try x.require((-1...Self.unset).contains(value ?? 0), words)
        if isNobody(value) { value = nil }
    }
}
