import XMLBinding

/// A copy of a running domain's disks, which the hypervisor writes or a client fetches.
public struct BackupDefinition: XMLRoot {
    public static let elementName: StaticString = "domainbackup"

    public var mode: Mode = .push
    /// The checkpoint since which changes are copied; nil for all.
    public var incremental: String?
    @Boxed public var server: Server?
    public var disks: [Disk] = []

    public init() {}

    public enum Mode: String, XMLWord { case push, pull }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("mode", &mode, default: .push)
        try x.value("incremental", &incremental)
        try x.element("server", &server)
        try x.group("disks") { (x) throws(XMLError) in
            if x.isReading { return try x.elements("disk", &disks) }
            for disk in disks {
                var copy = disk
                copy.isPull = mode == .pull
                try x.write("disk", &copy)
            }
        }
    }

    /// Where a client fetches the copy.
    public struct Server: XMLElement {
        public var transport: Transport = .tcp
        public var tls: Bool?
        public var name: String?
        public var port: UInt32?
        public var socket: String?
        public var fdgroup: String?

        public init() {}

        public enum Transport: String, XMLWord { case tcp, unix, rdma, fd }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("transport", &transport, default: .tcp)
            try x.yesNo("tls", &tls)
            try x.attribute("name", &name)
            try x.attribute("port", &port)
            try x.attribute("socket", &socket)
            try x.attribute("fdgroup", &fdgroup)
        }
    }

    public struct Disk: XMLElement {
        public var name = ""
        public var backup: Bool?
        public var backupMode: CopyMode?
        public var incremental: String?
        public var exportName: String?
        public var exportBitmap: String?
        public var index: UInt32?
        public var format: StorageFormat?
        @Boxed public var store: StorageSource?
        /// Whether changed blocks are put aside rather than copied; only said to the writer, by the backup's mode.
        var isPull = false

        public init() {}

        public enum CopyMode: String, XMLWord { case full, incremental }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.yesNo("backup", &backup)
            if x.isReading, backup == nil { backup = true }
            var image = store ?? StorageSource()
            var type = store?.type
            try x.attribute("type", &type)
            image.type = type ?? .file
            try x.attribute("backupmode", &backupMode)
            try x.attribute("incremental", &incremental)
            try x.attribute("exportname", &exportName)
            try x.attribute("exportbitmap", &exportBitmap)
            try x.attribute("index", &index)
            try x.group("driver") { (x) throws(XMLError) in try x.attribute("type", &format) }
            try bindStore(&image, &x)
        }

        private mutating func bindStore(
            _ image: inout StorageSource, _ x: inout XMLBinder
        ) throws(XMLError) {
            guard x.isReading || store != nil else { return }
            try image.bindElement(&x, as: isPull || x.hasChild("scratch") ? "scratch" : "target")
            if x.isReading, !image.isEmpty { store = image }
        }
    }
}
