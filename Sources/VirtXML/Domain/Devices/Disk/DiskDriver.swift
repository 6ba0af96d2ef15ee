import XMLBinding

/// How the hypervisor serves a disk.
public struct DiskDriver: XMLElement {
    public var name: String?
    /// The image's format; nil if it's to be found out or left to the hypervisor.
    public var format: StorageFormat?
    public var cache: Cache?
    public var errorPolicy: ErrorPolicy?
    public var readErrorPolicy: ErrorPolicy?
    public var io: IO?
    public var ioeventfd: Bool?
    public var eventIndex: Bool?
    public var copyOnRead: Bool?
    public var discard: Discard?
    public var iothread: UInt32?
    public var detectZeroes: DetectZeroes?
    public var discardNoUnref: Bool?
    public var queues: UInt32?
    public var queueSize: UInt32?
    public var virtio = VirtioOptions()
    public var iothreads: [IOThreadMapping] = []
    public var metadataCacheSize: ByteSize?

    public init() {}

    public enum Cache: String, XMLWord { case `default`, none, writethrough, writeback, directsync, unsafe }
    public enum ErrorPolicy: String, XMLWord { case stop, report, ignore, enospace }
    public enum IO: String, XMLWord {
        case native, threads
        case uring = "io_uring"
    }
    public enum Discard: String, XMLWord { case unmap, ignore }
    public enum DetectZeroes: String, XMLWord { case off, on, unmap }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        if x.isWriting { try bindFormat(&x) } else { try virtio.bind(&x) }
        try bindPolicies(&x)
        try x.onOff("ioeventfd", &ioeventfd)
        try x.onOff("event_idx", &eventIndex)
        try x.onOff("copy_on_read", &copyOnRead)
        try x.attribute("discard", &discard)
        try x.positive("iothread", &iothread)
        if x.isReading { try x.iothreadMappings(&iothreads) }
        try x.attribute("detect_zeroes", &detectZeroes)
        try x.attribute("queues", &queues)
        try x.attribute("queue_size", &queueSize)
        try x.onOff("discard_no_unref", &discardNoUnref)
        if x.isWriting {
            try virtio.bind(&x)
            try x.iothreadMappings(&iothreads)
        } else {
            try bindFormat(&x)
        }
        try x.metadataCache(&metadataCacheSize)
        // None is said is as many as QEMU takes.
        if queues == 0 { queues = nil }
        if queueSize == 0 { queueSize = nil }
    }

    private mutating func bindFormat(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &format, .refusing("unknown driver format value '%'"))
        if x.isReading { try checkFormat(x) }
    }

    private mutating func bindPolicies(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("cache", &cache)
        try x.attribute("error_policy", &errorPolicy)
        try x.attribute("rerror_policy", &readErrorPolicy)
        try x.require(
            readErrorPolicy != .enospace, "Invalid disk read error policy: 'enospace'", .unsupported)
        try x.attribute("io", &io)
    }

    /// Some words are of formats that only a volume can be said to have; an old one stands for no format at all.
    private mutating func checkFormat(_ x: XMLBinder) throws(XMLError) {
        if format == .aio { format = .raw }
        guard let format, [.none, .auto, .unknown, .luks].contains(format) else { return }
        throw x.fault(
            "unknown driver format value '\(format.rawValue)'", .unsupported, value: format.rawValue)
    }
}

/// An I/O thread that serves a device, with the queues it takes; none means that it takes its share.
public struct IOThreadMapping: XMLElement {
    public var id: UInt32 = 0
    public var queues: [Queue] = []

    public init() {}

    public struct Queue: XMLElement {
        public var id: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.attribute("id", &id) }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("id", &id)
        try x.elements("queue", &queues)
    }
}

extension XMLBinder {
    mutating func iothreadMappings(_ list: inout [IOThreadMapping]) throws(XMLError) {
        try group("iothreads") { (x) throws(XMLError) in try x.elements("iothread", &list) }
    }

    mutating func metadataCache(_ size: inout ByteSize?) throws(XMLError) {
        try group("metadata_cache") { (x) throws(XMLError) in
            try x.size("max_size", &size, unit: .bytes, default: .bytes, path: "./metadata_cache/max_size")
        }
    }
}

/// The format of an image.
public enum StorageFormat: String, XMLWord {
    case none, raw, dir, bochs, cloop, dmg, iso, vpc, vdi, fat, vhd, ploop, luks, cow, qcow, qcow2, qed, vmdk
    /// Old documents' name for a raw image with asynchronous I/O.
    case aio
    case auto, unknown
}
