import Testing
import VirtXML

@testable import HostKit

@Suite("The header of an image") struct ImageHeaderTests {
    /// What a qcow2 image of version 3 begins with.
    static func qcow2(backing name: String? = nil, format: String? = nil) -> [UInt8] {
        var bytes: [UInt8] = Array("QFI".utf8) + [0xFB] + big(3, 4)
        var extensions: [UInt8] = []
        if let format {
            let text = Array(format.utf8)
            extensions += big(0xE279_2ACA, 4) + big(UInt64(text.count), 4) + text
            while extensions.count % 8 != 0 { extensions.append(0) }
        }
        extensions += big(0, 8)
        bytes += big(name == nil ? 0 : UInt64(104 + extensions.count), 8)
        bytes += big(UInt64(name?.utf8.count ?? 0), 4) + big(16, 4) + big(10 << 20, 8)
        bytes += [UInt8](repeating: 0, count: 100 - bytes.count) + big(104, 4)
        return bytes + extensions + Array((name ?? "").utf8)
    }

    static func big(_ value: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// Bytes at places, with zeros in between.
    static func bytes(_ parts: [(Int, [UInt8])], count: Int = 1024) -> [UInt8] {
        var all = [UInt8](repeating: 0, count: count)
        for (offset, part) in parts { all.replaceSubrange(offset..<offset + part.count, with: part) }
        return all
    }

    static func little(_ value: UInt64, _ size: Int) -> [UInt8] { big(value, size).reversed() }

    private func read(_ bytes: [UInt8], _ format: StorageFormat) -> ImageHeader? {
        ImageHeader(ImageContent(start: bytes, length: UInt64(bytes.count)), format: format)
    }

    @Test("names the image below it, and its format")
    func backing() {
        let header = read(Self.qcow2(backing: "base.img", format: "raw"), .qcow2)
        #expect(header?.backing == .init(name: "base.img", format: .raw))
        #expect(header?.virtualSize == 10 << 20)
        #expect(read(Self.qcow2(backing: "base.img"), .qcow2)?.backing == .init(name: "base.img"))
        #expect(read(Self.qcow2(backing: "b", format: "strange"), .qcow2)?.backing == .init(name: "b"))
        #expect(read(Self.qcow2(), .qcow2)?.backing == nil)
    }

    @Test("is none where the image is of another format, or of a version that nobody knows")
    func others() {
        let image = Self.qcow2()
        for format in [StorageFormat.qcow, .qed, .vmdk, .vdi, .vpc, .luks, .bochs, .dir] {
            #expect(read(image, format) == nil)
        }
        #expect(read(Array("QFI".utf8), .qcow2) == nil)
        #expect(read([UInt8](repeating: 0, count: 512), .qcow2) == nil)
        var strange = image
        strange[7] = 4
        #expect(read(strange, .qcow2) == nil)
        #expect(read(image, .raw) == ImageHeader(format: .raw, virtualSize: UInt64(image.count)))
    }

    /// An image of a format, as tests are told of it.
    struct Sample: Sendable, CustomTestStringConvertible {
        let format: StorageFormat
        let image: [UInt8]
        var testDescription: String { "\(format.rawValue), \(image.count) bytes" }
    }

    /// Images of every format, with what each says.
    static let all: [Sample] = {
        let descriptor = """
            # Disk DescriptorFile
            parentFileNameHint="below.vmdk"
            RW 20 SPARSE "a.vmdk"
            RDONLY 12 FLAT "b.vmdk" 0

            """
        let images: [(StorageFormat, [UInt8])] = [
            (.qcow2, qcow2(backing: "base.img", format: "qcow2")),
            (
                .qcow,
                bytes([
                    (0, Array("QFI".utf8) + [0xFB] + big(1, 4) + big(100, 8) + big(4, 4)),
                    (24, big(1 << 20, 8)), (36, big(1, 4)), (100, Array("base".utf8)),
                ])
            ),
            (
                .qed,
                bytes([
                    (0, Array("QED\0".utf8)), (16, little(5, 8)), (48, little(1 << 20, 8)),
                    (56, little(64, 4) + little(4, 4)), (64, Array("base".utf8)),
                ])
            ),
            (
                .vmdk,
                bytes([
                    (0, Array("KDMV".utf8)), (12, little(32, 8)), (28, little(1, 8) + little(1, 8)),
                    (512, Array(descriptor.utf8)),
                ])
            ),
            (.vmdk, Array(descriptor.utf8)),
            (.vdi, bytes([(64, [0x7F, 0x10, 0xDA, 0xBE]), (368, little(1 << 20, 8))])),
            (.vpc, bytes([(0, Array("conectix".utf8)), (48, big(1 << 20, 8))])),
            (.luks, bytes([(0, Array("LUKS".utf8) + [0xBA, 0xBE] + big(1, 2)), (104, big(1, 4))])),
            (.iso, bytes([(32769, Array("CD001".utf8))], count: 40 << 10)),
        ]
        return images.map { Sample(format: $0.0, image: $0.1) }
    }()

    @Test("says what each format says", arguments: all)
    func formats(sample: Sample) throws {
        let (format, image) = (sample.format, sample.image)
        let header = try #require(read(image, format))
        #expect(ImageHeader(detecting: ImageContent(start: image, length: UInt64(image.count))) == header)
        let expected: [StorageFormat: (size: UInt64, backing: ImageHeader.Backing?)] = [
            .qcow2: (10 << 20, .init(name: "base.img", format: .qcow2)),
            .qcow: (1 << 20, .init(name: "base")),
            .qed: (1 << 20, .init(name: "base", format: .raw)),
            .vmdk: (32 * 512, .init(name: "below.vmdk", format: .vmdk)), .vdi: (1 << 20, nil),
            .vpc: (1 << 20, nil), .luks: (512, nil), .iso: (40 << 10, nil),
        ]
        let wanted = try #require(expected[format])
        #expect(header.virtualSize == wanted.size)
        #expect(header.backing == wanted.backing)
        #expect(header.encryption == (format == .luks ? .luks : format == .qcow ? .aes : nil))
    }

    @Test("is refused, or says less, wherever the image is cut", arguments: all)
    func truncated(sample: Sample) {
        let (format, image) = (sample.format, sample.image)
        let whole = read(image, format)
        for length in stride(from: 0, to: image.count, by: image.count > 4096 ? 61 : 1) {
            guard let header = read(Array(image.prefix(length)), format) else { continue }
            #expect(header.backing == nil || header.backing == whole?.backing || format == .vmdk)
        }
    }

    @Test("breaks nobody who reads it, whatever number stands in it", arguments: all)
    func hostile(sample: Sample) {
        let (format, image) = (sample.format, sample.image)
        for offset in stride(from: 0, to: min(image.count - 8, 700), by: 1) {
            for value in [[UInt8](repeating: 0xFF, count: 8), [0x7F] + [UInt8](repeating: 0xFF, count: 7)] {
                var changed = image
                changed.replaceSubrange(offset..<offset + 8, with: value)
                guard let header = read(changed, format), let name = header.backing?.name else { continue }
                #expect(name.utf8.count <= ImageContent.extent && !name.isEmpty && !name.utf8.contains(0))
            }
        }
    }

    @Test("names nothing that would be cut at a zero byte, nor what is no text")
    func names() {
        for name in ["/etc/shadow\0.img", "\0"] {
            #expect(read(Self.qcow2(backing: name, format: "raw"), .qcow2) == nil)
        }
        var image = Self.qcow2(backing: "base", format: "raw")
        image[image.count - 1] = 0xFF
        #expect(read(image, .qcow2) == nil)
    }

    @Test("with extensions that go on for ever ends where what was read does")
    func extensions() {
        var image = Self.qcow2(backing: "base")
        image.removeLast(4 + 8)
        for _ in 0..<8000 { image += Self.big(1, 4) + Self.big(0, 4) }
        image.replaceSubrange(8..<20, with: Self.big(32, 8) + Self.big(4, 4))
        image.replaceSubrange(32..<36, with: Array("base".utf8))
        #expect(read(image, .qcow2)?.backing == .init(name: "base"))
    }

    @Test("of a raw image is none, whatever is written in it, for whoever knows that it is raw")
    func raw() {
        for image in Self.all.map(\.image) {
            #expect(read(image, .raw) == ImageHeader(format: .raw, virtualSize: UInt64(image.count)))
        }
        let plain = ImageContent(start: [UInt8](repeating: 7, count: 4096), length: 4096)
        #expect(ImageHeader(detecting: plain) == ImageHeader(format: .raw, virtualSize: 4096))
    }

    @Test("of a vpc image that doesn't grow stands at its end, where only who knows the format looks")
    func footer() {
        let footer = Self.bytes([(0, Array("conectix".utf8)), (48, Self.big(1 << 20, 8))], count: 512)
        let content = ImageContent(start: [UInt8](repeating: 0, count: 512), end: footer, length: 1 << 20)
        #expect(ImageHeader(content, format: .vpc)?.virtualSize == 1 << 20)
        #expect(ImageHeader(detecting: content).format == .raw)
    }
}
