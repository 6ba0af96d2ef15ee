import ByteText
import VirtXML

extension ImageHeader {
    /// What an image of either version of qcow says, as QEMU's `docs/interop/qcow2.txt` lays it out.
    static func qcow(_ start: ImageBytes, _ format: StorageFormat) -> ImageHeader? {
        guard let version = start.qcowVersion, (version == 1) == (format == .qcow), version <= 3,
            let offset = start.bigEndian(at: 8, size: 8), let length = start.bigEndian(at: 16, size: 4),
            let size = start.bigEndian(at: 24, size: 8)
        else { return nil }
        var header = ImageHeader(format: format, virtualSize: size)
        switch start.bigEndian(at: format == .qcow ? 36 : 32, size: 4) {
        case 1: header.encryption = .aes
        case 2: header.encryption = .luks
        default: break
        }
        if format == .qcow2 { header.qcow2 = qcow2(start, version) }
        guard offset > 0 else { return header }
        guard let name = start.name(at: offset, size: length) else { return nil }
        header.backing = Backing(name: name)
        let end = version == 3 ? start.bigEndian(at: 100, size: 4) : version == 2 ? 72 : nil
        header.backing?.format = end.flatMap { backingFormat(start, from: $0) }
        return header
    }

    /// What is said in qcow2's own part; nil where that can't be.
    private static func qcow2(_ start: ImageBytes, _ version: UInt64) -> QCOW2? {
        guard let bits = start.bigEndian(at: 20, size: 4), (9...21).contains(bits) else { return nil }
        var facts = QCOW2(version: version, clusterSize: 1 << bits)
        guard version == 3, let needed = start.bigEndian(at: 72, size: 8),
            let optional = start.bigEndian(at: 80, size: 8)
        else { return facts }
        facts.hasDataFile = needed & 4 != 0
        facts.hasExtendedTable = needed & 16 != 0
        facts.hasLazyReferenceCounts = optional & 1 != 0
        return facts
    }

    /// Looks through the extensions that follow the header of a qcow2 image.
    private static func backingFormat(_ start: ImageBytes, from headerEnd: UInt64) -> StorageFormat? {
        var offset = headerEnd
        while let kind = start.bigEndian(at: offset, size: 4), kind != 0,
            let size = start.bigEndian(at: offset &+ 4, size: 4)
        {
            let content = offset &+ 8
            if kind == 0xE279_2ACA {
                return start.name(at: content, size: size).flatMap(StorageFormat.init(rawValue:))
            }
            offset = content &+ (size &+ 7) / 8 &* 8
        }
        return nil
    }
}

extension ImageBytes {
    /// The version that a header of qcow's says; nil where it is none.
    var qcowVersion: UInt64? {
        guard bigEndian(at: 0, size: 4) == 0x5146_49FB else { return nil }
        return bigEndian(at: 4, size: 4)
    }
}
