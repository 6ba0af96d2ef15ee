import ByteText
import VirtXML

/// What a qcow2 image says of the image below it, as QEMU's `docs/interop/qcow2.txt` lays it out.
struct QCOW2Header: Equatable {
    /// The name as it stands in the image; nil where the image stands alone.
    var backingFile: String?
    /// The format of the image below; nil where the image doesn't say.
    var backingFormat: StorageFormat?

    /// How much of an image has to be read to find the name.
    static let extent = 64 * 1024

    /// Reads what an image begins with; nil where that is no qcow2 header.
    init?(_ bytes: [UInt8]) {
        let reader = BigEndianBytes(bytes)
        guard reader.number(at: 0, size: 4) == 0x5146_49FB, let version = reader.number(at: 4, size: 4),
            let offset = reader.number(at: 8, size: 8), let length = reader.number(at: 16, size: 4)
        else { return nil }
        guard offset > 0 else { return }
        guard let name = reader.text(at: offset, size: length) else { return nil }
        backingFile = name
        let headerEnd = version >= 3 ? reader.number(at: 100, size: 4) : 72
        backingFormat = headerEnd.flatMap { Self.format(in: reader, from: $0) }
    }

    /// Looks through the extensions that follow the header.
    private static func format(in reader: BigEndianBytes, from start: UInt64) -> StorageFormat? {
        var offset = start
        while let kind = reader.number(at: offset, size: 4), kind != 0,
            let size = reader.number(at: offset &+ 4, size: 4)
        {
            let content = offset &+ 8
            if kind == 0xE279_2ACA {
                return reader.text(at: content, size: size).flatMap(StorageFormat.init(rawValue:))
            }
            offset = content &+ (size &+ 7) / 8 &* 8
        }
        return nil
    }
}

/// Bytes with numbers of the network's order in them; what lies beyond the end is nil.
private struct BigEndianBytes {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func number(at offset: UInt64, size: UInt64) -> UInt64? {
        part(at: offset, size: size)?.bigEndian()
    }

    func text(at offset: UInt64, size: UInt64) -> String? {
        part(at: offset, size: size).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private func part(at offset: UInt64, size: UInt64) -> ArraySlice<UInt8>? {
        let (end, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, end <= UInt64(bytes.count) else { return nil }
        return bytes[Int(offset)..<Int(end)]
    }
}
