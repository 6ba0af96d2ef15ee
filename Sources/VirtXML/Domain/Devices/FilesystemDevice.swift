import XMLBinding

/// A folder of the host that the guest may mount.
public struct FilesystemDevice: Device {
    public static let elementName: StaticString = "filesystem"
    public var type: Kind = .mount
    public var accessMode: AccessMode?
    public var multidevs: Multidevs?
    /// The mode of new files, in octal digits.
    public var fmode: String?
    /// The mode of new folders, in octal digits.
    public var dmode: String?
    public var model: VirtioModel?
    @Boxed public var driver: Driver?
    @Boxed public var binary: Binary?
    public var source = Source()
    @Boxed public var idmap: IDMap?
    /// The mount tag or the place in a container.
    public var targetDir: String?
    public var readonly = false
    public var spaceHardLimit: ByteSize?
    public var spaceSoftLimit: ByteSize?
    public var info = DeviceInfo()

    public init() {}

    public enum Kind: String, XMLWord { case mount, block, file, template, ram, bind, volume }
    public enum AccessMode: String, XMLWord { case passthrough, mapped, squash }
    public enum Multidevs: String, XMLWord { case `default`, remap, forbid, warn }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type, default: .mount)
        try x.attribute("accessmode", &accessMode, .unlessEmpty)
        if x.isReading { try bindModes(&x) }
        try x.attribute("model", &model)
        try x.attribute("multidevs", &multidevs)
        if multidevs == .default { multidevs = nil }
        if x.isWriting { try bindModes(&x) } else { try bindLimits(&x) }
        try x.element("driver", &driver)
        if driver == Driver() { driver = nil }
        // Only one kind of driver is a program of its own.
        if x.isWriting || driver?.type == "virtiofs" { try x.element("binary", &binary) }
        if x.isReading, binary == Binary() { binary = nil }
        try x.element("idmap", &idmap)
        if idmap == IDMap() { idmap = nil }
        try x.group("source") { (x) throws(XMLError) in try source.bind(&x, type) }
        try x.group("target") { (x) throws(XMLError) in try x.attribute("dir", &targetDir, .unlessEmpty) }
        if x.isReading { try checkSource(x) }
        try x.flag("readonly", &readonly)
        try info.bind(&x, boots: true)
        if x.isWriting { return try bindLimits(&x) }
        if targetDir == nil { throw x.fault(source.path ?? source.socket ?? "", .noTarget) }
        // Who serves the folder knows where it is.
        if type == .mount || type == .bind, source.socket != nil { source.path = nil }
    }

    private mutating func bindModes(_ x: inout XMLBinder) throws(XMLError) {
        try bindMode("fmode", &fmode, &x)
        try bindMode("dmode", &dmode, &x)
    }

    private mutating func bindLimits(_ x: inout XMLBinder) throws(XMLError) {
        try x.size("space_hard_limit", &spaceHardLimit, unit: .bytes, default: .bytes)
        try x.size("space_soft_limit", &spaceSoftLimit, unit: .bytes, default: .bytes)
    }

    private func checkSource(_ x: XMLBinder) throws(XMLError) {
        if source == Source(), type != .ram { throw x.fault(targetDir ?? "", .noSource) }
        try x.require(type != .ram || source.usage != nil, "missing 'usage' attribute for RAM filesystem")
    }

    private func bindMode(
        _ name: StaticString, _ value: inout String?, _ x: inout XMLBinder
    ) throws(XMLError) {
        try x.attribute(name, &value)
        try x.require(
            value.map { UInt32($0, radix: 8) != nil } ?? true,
            "Invalid value for attribute '\(name)' in element 'filesystem': '\(value ?? "")'."
                + " Expected non-negative integer value")
        let number = value.flatMap { UInt32($0, radix: 8) } ?? 0
        try x.require(number <= 0o777, "invalid \(name): '0\(String(number, radix: 8))'")
    }

    public struct Driver: XMLElement {
        public var type: String?
        public var format: StorageFormat?
        public var wrpolicy: String?
        public var queue: UInt64?
        public var virtio = VirtioOptions()

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.word("type", &type, of: ["path", "handle", "loop", "nbd", "ploop", "virtiofs", "mtp"])
            if x.isReading { try x.word("wrpolicy", &wrpolicy, of: ["immediate"]) }
            try x.attribute("format", &format, .refusing("unknown driver format value '%'"))
            try x.require(format != .luks, "unknown driver format value 'luks'", .unsupported)
            if x.isWriting { try x.word("wrpolicy", &wrpolicy, of: ["immediate"]) }
            if x.isReading { try virtio.bind(&x) }
            if type == "virtiofs" {
                try x.attribute(
                    "queue", &queue,
                    .unlessEmpty.refusing("cannot parse queue size '%' for virtiofs", .xml))
            }
            if x.isWriting { try virtio.bind(&x) }
            if x.isReading, type == nil { (format, wrpolicy) = (nil, nil) }
        }
    }

    /// The program that serves the folder.
    public struct Binary: XMLElement {
        public var path: String?
        public var xattr: Bool?
        public var cacheMode: String?
        public var sandboxMode: String?
        public var posixLock: Bool?
        public var flock: Bool?
        public var threadPoolSize: Int32?
        public var openFiles: UInt64?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isReading { try bindSizes(&x) }
            try x.attribute("path", &path)
            try x.onOff("xattr", &xattr)
            if x.isReading { try bindLocks(&x) }
            try x.group("cache") { (x) throws(XMLError) in
                try x.word("mode", &cacheMode, of: ["none", "always"])
            }
            try x.group("sandbox") { (x) throws(XMLError) in
                try x.word("mode", &sandboxMode, of: ["namespace", "chroot"])
            }
            if x.isReading { return }
            try bindLocks(&x)
            try bindSizes(&x)
        }

        private mutating func bindLocks(_ x: inout XMLBinder) throws(XMLError) {
            try x.group("lock") { (x) throws(XMLError) in
                try x.onOff("posix", &posixLock)
                try x.onOff("flock", &flock)
            }
        }

        private mutating func bindSizes(_ x: inout XMLBinder) throws(XMLError) {
            try x.group("thread_pool") { (x) throws(XMLError) in
                try x.attribute(
                    "size", &threadPoolSize, .refusing("cannot parse thread pool size '%' for virtiofs", .xml)
                )
            }
            try x.group("openfiles") { (x) throws(XMLError) in
                try x.attribute("max", &openFiles, .refusing("cannot parse openfiles '%' for virtiofs", .xml))
            }
            if openFiles == 0 { openFiles = nil }
        }
    }

    /// Where the files are; which field counts depends on the type.
    public struct Source: Equatable, Sendable {
        public var path: String?
        public var socket: String?
        public var pool: String?
        public var volume: String?
        public var usage: ByteSize?

        public init() {}

        mutating func bind(_ x: inout XMLBinder, _ type: Kind) throws(XMLError) {
            // Of other kinds it is read and then of no use.
            try x.attribute("socket", &socket)
            switch type {
            case .mount, .bind:
                try x.attribute("dir", &path)
            case .block: try x.attribute("dev", &path)
            case .file: try x.attribute("file", &path)
            case .template: try x.attribute("name", &path)
            case .ram:
                if let text = x.node?.attribute("usage"), UInt64(xml: text) == nil {
                    throw x.fault("cannot parse usage '\(text)' for RAM filesystem", value: text)
                }
                try x.size(attribute: "usage", unitAttribute: "units", &usage)
            case .volume:
                try x.attribute("pool", &pool)
                try x.attribute("volume", &volume)
            }
        }
    }
}
