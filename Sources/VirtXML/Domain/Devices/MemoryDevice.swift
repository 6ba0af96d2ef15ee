import Virt
import XMLBinding

/// Memory that can be plugged in.
public struct MemoryDevice: Device {
    public static let elementName: StaticString = "memory"
    public var model: Model = .dimm
    public var access: MemoryAccess?
    public var discard: Bool?
    public var uuid: UUID?
    public var pageSize: ByteSize?
    public var nodemask: CPUSet?
    public var path: String?
    public var alignSize: ByteSize?
    public var pmem = false
    public var target = Target()
    public var info = DeviceInfo()

    public init() {}

    public enum Model: String, XMLWord {
        case none, dimm, nvdimm
        case virtioPmem = "virtio-pmem"
        case virtioMem = "virtio-mem"
        case sgxEPC = "sgx-epc"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.attribute("access", &access)
        try x.yesNo("discard", &discard)
        if model == .nvdimm {
            try x.value("uuid", &uuid, .unlessEmpty.refusing("malformed uuid element", .internalError))
        }
        try x.group("source") { (x) throws(XMLError) in
            if x.isWriting { try x.value("nodemask", &nodemask) }
            if x.isWriting || [.dimm, .virtioMem].contains(model) { try x.size("pagesize", &pageSize) }
            if x.isReading { try x.value("nodemask", &nodemask) }
            try x.value("path", &path)
            try x.size("alignsize", &alignSize)
            try x.flag("pmem", &pmem)
        }
        try x.require(x.hasChild("target"), "missing <target> element for <memory> device")
        try x.group("target") { (x) throws(XMLError) in try target.bind(&x, model) }
        try info.bind(&x)
    }

    /// What the guest gets.
    public struct Target: Equatable, Sendable {
        public var dynamicMemslots: Bool?
        public var size: ByteSize?
        public var node: UInt32?
        public var labelSize: ByteSize?
        public var blockSize: ByteSize?
        public var requestedSize: ByteSize?
        /// What the guest has taken; only while the domain runs.
        public var currentSize: ByteSize?
        public var readonly = false
        public var base: UInt64?

        public init() {}

        /// Of what only some models know, the others' is not looked at.
        mutating func bind(_ x: inout XMLBinder, _ model: Model) throws(XMLError) {
            if x.isWriting { try x.yesNo("dynamicMemslots", &dynamicMemslots) }
            let node = XMLReading.refusing("invalid value of memory device node", .xml)
            if x.isReading { try x.value("node", &self.node, node) }
            try x.size("size", &size)
            try x.require(size != nil, "missing element or attribute './size'")
            if x.isWriting { try x.value("node", &self.node, node) }
            if model == .nvdimm || x.isWriting {
                try x.group("label") { (x) throws(XMLError) in
                    try x.size("size", &labelSize, path: "./label/size")
                }
                try x.flag("readonly", &readonly)
            }
            if model == .virtioMem || x.isWriting { try bindBlocks(&x) }
            try x.group("address") { (x) throws(XMLError) in try x.base16("base", &base, width: 1) }
        }

        private mutating func bindBlocks(_ x: inout XMLBinder) throws(XMLError) {
            try x.size("block", &blockSize)
            try x.size("requested", &requestedSize)
            if blockSize != nil, requestedSize == nil { requestedSize = .zero }
            if x.isReading { try x.yesNo("dynamicMemslots", &dynamicMemslots) }
            if !x.options.contains(.inactive) { try x.size("current", &currentSize) }
        }
    }
}

/// Whether others on the host may see a guest's memory.
public enum MemoryAccess: String, XMLWord { case `default`, shared, `private` }
