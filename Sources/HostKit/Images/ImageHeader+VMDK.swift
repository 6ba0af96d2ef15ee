import ByteText
import VirtXML

extension ImageHeader {
    /// What an image of VMware's says: one with a header, or a text that describes files beside it.
    static func vmdk(_ start: ImageBytes) -> ImageHeader? {
        if start.has(Array("# Disk DescriptorFile".utf8)) {
            guard let text = start.text(at: 0, size: UInt64(ImageContent.extent)) else { return nil }
            return described(text, size: sizeOfExtents(text))
        }
        guard start.has(Array("KDMV".utf8)), let sectors = start.littleEndian(at: 12, size: 8),
            let place = start.littleEndian(at: 28, size: 8), let length = start.littleEndian(at: 36, size: 8)
        else { return nil }
        let size = bytes(inSectors: sectors)
        guard place > 0 else { return ImageHeader(format: .vmdk, virtualSize: size) }
        guard let offset = bytes(inSectors: place), let limit = bytes(inSectors: length),
            let text = start.text(at: offset, size: limit)
        else { return nil }
        return described(text, size: size)
    }

    private static func described(_ text: String, size: UInt64?) -> ImageHeader {
        var header = ImageHeader(format: .vmdk, virtualSize: size)
        let values = lines(of: text).lazy.compactMap { $0.droppingBytePrefix("parentFileNameHint=\"") }
        // Only an image of its own kind can be below it.
        if let name = values.first?.droppingByteSuffix("\""), !name.isEmpty {
            header.backing = Backing(name: String(name), format: .vmdk)
        }
        return header
    }

    /// What lines such as `RW 20480 FLAT "disk-flat.vmdk" 0` come to.
    private static func sizeOfExtents(_ text: String) -> UInt64? {
        var total: UInt64 = 0
        for line in lines(of: text) {
            let words = line.split(atByte: " ", maxSplits: 2)
            guard words.count == 3, ["RW", "RDONLY", "NOACCESS"].contains(words[0]) else { continue }
            guard let size = UInt64(words[1]).flatMap(bytes(inSectors:)) else { return nil }
            let (sum, overflows) = total.addingReportingOverflow(size)
            if overflows { return nil }
            total = sum
        }
        return total
    }

    private static func lines(of text: String) -> [Substring] {
        text.split(atByte: "\n").map { $0.trimmingBlanks() }
    }
}
