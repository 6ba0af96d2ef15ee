import VirtXML

/// What a disk image says of itself.
///
/// Images come from guests and from strangers: nothing in them is believed further than it can be read.
public struct ImageHeader: Sendable, Equatable {
    public var format: StorageFormat
    /// How many bytes the guest sees; nil where the image doesn't say.
    public var virtualSize: UInt64?
    /// The image below it; nil where it stands alone.
    public var backing: Backing?
    /// How what is in it is encrypted; nil where it isn't.
    public var encryption: Encryption?
    /// What only qcow2 has; nil in images of other formats.
    public var qcow2: QCOW2?

    /// What an image of qcow2 says of its own kind.
    public struct QCOW2: Sendable, Equatable {
        /// 2 or 3.
        public var version: UInt64
        /// In bytes.
        public var clusterSize: UInt64
        public var hasLazyReferenceCounts = false
        public var hasExtendedTable = false
        public var hasDataFile = false
    }

    /// An image that another one names as the one below it.
    public struct Backing: Sendable, Equatable {
        /// The name as it stands in the image: a path, perhaps relative to the image's own, or what else QEMU opens.
        public var name: String
        /// Its format; nil where the image doesn't say.
        public var format: StorageFormat?
    }

    public enum Encryption: Sendable, Equatable {
        /// qcow's own, with a key that is the passphrase.
        case aes
        case luks
    }

    init(format: StorageFormat, virtualSize: UInt64? = nil) {
        (self.format, self.virtualSize) = (format, virtualSize)
    }

    /// What an image of a known format says; nil where it isn't one, or points beyond what was read of it.
    public init?(_ content: ImageContent, format: StorageFormat) {
        let start = content.start
        let header: ImageHeader? =
            switch format {
            case .raw, .iso: ImageHeader(format: format, virtualSize: content.length)
            case .qcow, .qcow2: Self.qcow(start, format)
            case .qed: Self.qed(start)
            case .vmdk: Self.vmdk(start)
            case .vdi: Self.vdi(start)
            case .vpc: Self.vpc(start) ?? Self.vpc(content.end)
            case .luks: Self.luks(start, content.length)
            default: nil
            }
        guard let header else { return nil }
        self = header
    }

    /// What an image of unknown format says: what its bytes look like, else a raw one.
    ///
    /// A guest with a raw image can make it look like anything: whoever knows the format asks for that.
    public init(detecting content: ImageContent) {
        let format = Self.format(of: content.start)
        self = ImageHeader(content, format: format) ?? ImageHeader(format: format)
    }

    /// The format whose sign an image bears.
    private static func format(of start: ImageBytes) -> StorageFormat {
        if let version = start.qcowVersion { return version == 1 ? .qcow : .qcow2 }
        return signs.first { start.has($0.bytes, at: $0.offset) }?.format ?? .raw
    }

    private static let signs: [(format: StorageFormat, bytes: [UInt8], offset: UInt64)] = [
        (.qed, Array("QED\0".utf8), 0), (.vmdk, Array("KDMV".utf8), 0),
        (.vmdk, Array("# Disk DescriptorFile".utf8), 0), (.luks, Array("LUKS".utf8) + [0xBA, 0xBE], 0),
        (.vpc, Array("conectix".utf8), 0), (.vdi, [0x7F, 0x10, 0xDA, 0xBE], 64),
        (.iso, Array("CD001".utf8), 32769),
    ]
}
