import XMLBinding

/// Memory that guests share.
public struct ShmemDevice: Device {
    public static let elementName: StaticString = "shmem"
    public var name = ""
    public var role: Role?
    public var model: Model = .plain
    public var size: ByteSize?
    @Boxed public var server: Server?
    @Boxed public var msi: MSI?
    public var info = DeviceInfo()

    public init() {}

    public enum Role: String, XMLWord { case master, peer }

    public enum Model: String, XMLWord {
        case ivshmem
        case plain = "ivshmem-plain"
        case doorbell = "ivshmem-doorbell"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name, orElse: "shmem element must contain 'name' attribute")
        if x.isWriting { try x.attribute("role", &role) }
        try x.group("model") { (x) throws(XMLError) in try x.attribute("type", &model, default: .ivshmem) }
        if x.isReading {
            if !x.hasChild("model") { model = .ivshmem }
            try x.attribute("role", &role)
        }
        try bindSize(&x)
        try x.element("server", &server)
        try x.element("msi", &msi)
        try info.bind(&x)
    }

    private mutating func bindSize(_ x: inout XMLBinder) throws(XMLError) {
        guard x.isWriting, let size, size.bytes % ByteSize.Unit.mib.rawValue == 0 else {
            return try x.size("size", &size, unit: .bytes, default: .bytes, path: "./size[1]")
        }
        var element = Megabytes(count: size.count(in: .mib))
        try x.write("size", &element)
    }

    /// The server that tells guests about each other.
    public struct Server: XMLElement {
        public var path: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.attribute("path", &path) }
    }

    public struct MSI: XMLElement {
        public var vectors: UInt32?
        public var ioeventfd: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("vectors", &vectors)
            try x.onOff("ioeventfd", &ioeventfd)
        }
    }
}

/// A size in the short form that this one element is written in.
private struct Megabytes: XMLElement {
    var count: UInt64 = 0

    init() {}

    init(count: UInt64) { self.count = count }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var unit = "M"
        try x.attribute("unit", &unit)
        try x.content(&count)
    }
}
