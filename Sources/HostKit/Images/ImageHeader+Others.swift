import VirtXML

extension ImageHeader {
    /// QEMU's enhanced disk, as its `docs/interop/qed_spec.txt` lays it out.
    static func qed(_ start: ImageBytes) -> ImageHeader? {
        guard start.has(Array("QED\0".utf8)), let features = start.littleEndian(at: 16, size: 8),
            let size = start.littleEndian(at: 48, size: 8),
            let offset = start.littleEndian(at: 56, size: 4), let length = start.littleEndian(at: 60, size: 4)
        else { return nil }
        var header = ImageHeader(format: .qed, virtualSize: size)
        guard features & 1 != 0 else { return header }
        guard let name = start.name(at: offset, size: length) else { return nil }
        header.backing = Backing(name: name, format: features & 4 != 0 ? .raw : nil)
        return header
    }

    /// VirtualBox's disk image. One that lies on another names it by an identity only.
    static func vdi(_ start: ImageBytes) -> ImageHeader? {
        guard start.littleEndian(at: 64, size: 4) == 0xBEDA_107F,
            let size = start.littleEndian(at: 368, size: 8)
        else { return nil }
        return ImageHeader(format: .vdi, virtualSize: size)
    }

    /// Virtual PC's disk: the footer, which images that grow have at their start too.
    static func vpc(_ footer: ImageBytes) -> ImageHeader? {
        guard footer.has(Array("conectix".utf8)), let size = footer.bigEndian(at: 48, size: 8) else {
            return nil
        }
        return ImageHeader(format: .vpc, virtualSize: size)
    }

    /// An encrypted volume. Of the second version only a part of JSON says where its content begins.
    static func luks(_ start: ImageBytes, _ length: UInt64?) -> ImageHeader? {
        guard start.has(Array("LUKS".utf8) + [0xBA, 0xBE]), let version = start.bigEndian(at: 6, size: 2)
        else { return nil }
        var header = ImageHeader(format: .luks)
        header.encryption = .luks
        if version == 1, let length, let sectors = start.bigEndian(at: 104, size: 4) {
            let offset = sectors &* 512
            header.virtualSize = length > offset ? length - offset : 0
        }
        return header
    }

    /// The bytes of so many sectors; nil where there can't be as many.
    static func bytes(inSectors count: UInt64) -> UInt64? {
        let (bytes, overflows) = count.multipliedReportingOverflow(by: 512)
        return overflows ? nil : bytes
    }
}
