import ByteText
import LinuxSystem

/// As much of an image as is looked at to know what it is: how it begins, how it ends, and how long it is.
public struct ImageContent: Sendable {
    let start: ImageBytes
    /// The last 512 bytes, where some formats keep what others begin with.
    let end: ImageBytes
    /// In bytes; nil where it isn't known.
    public let length: UInt64?

    /// How much of an image is read: names and volume descriptors stand no further from its start.
    public static let extent = 64 << 10

    public init(start: [UInt8], end: [UInt8] = [], length: UInt64? = nil) {
        (self.start, self.end, self.length) = (ImageBytes(start), ImageBytes(end), length)
    }

    /// Reads it from a file or a block device. Waits for the disk, but never on a pipe.
    public init(of path: String) throws(SystemError) {
        let file = try FileSystem.open(path, [.readOnly, .nonBlocking])
        do throws(SystemError) {
            try self.init(of: file)
        } catch {
            throw SystemError(call: error.call, errno: error.errno, context: path)
        }
    }

    /// Reads it from an open file; may wait for the disk.
    ///
    /// - Parameter extent: how much of its start is read.
    public init(of file: Descriptor, extent: Int = Self.extent) throws(SystemError) {
        let length = try file.length()
        let start = try file.read(at: 0, atMost: extent)
        let end = length > 512 ? try file.read(at: length - 512, atMost: 512) : []
        self.init(start: start, end: end, length: length)
    }
}

/// Bytes with numbers and text in them; what lies beyond the end is nil.
struct ImageBytes: Sendable {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func bigEndian(at offset: UInt64, size: UInt64) -> UInt64? { part(at: offset, size: size)?.bigEndian() }

    func littleEndian(at offset: UInt64, size: UInt64) -> UInt64? {
        part(at: offset, size: size).map { Array($0.reversed()).bigEndian() }
    }

    /// Whether these bytes stand there.
    func has(_ wanted: [UInt8], at offset: UInt64 = 0) -> Bool {
        part(at: offset, size: UInt64(wanted.count))?.elementsEqual(wanted) ?? false
    }

    /// A name: text without a zero byte in it, which would end it for whoever opens the file.
    func name(at offset: UInt64, size: UInt64) -> String? {
        guard size > 0, let part = part(at: offset, size: size), !part.contains(0) else { return nil }
        return String(validating: part, as: UTF8.self)
    }

    /// Lines from `offset` on, up to a zero byte or for `size` bytes; nil where they begin beyond the end, or are no text.
    func text(at offset: UInt64, size: UInt64) -> String? {
        guard offset < UInt64(bytes.count) else { return nil }
        let rest = bytes[Int(offset)...].prefix(Int(clamping: size)).prefix { $0 != 0 }
        return String(validating: rest, as: UTF8.self)
    }

    private func part(at offset: UInt64, size: UInt64) -> ArraySlice<UInt8>? {
        let (end, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, end <= UInt64(bytes.count) else { return nil }
        return bytes[Int(offset)..<Int(end)]
    }
}

extension ImageContent {
    /// Whether it bears the sign of qcow2.
    public var isQCOW2: Bool { (start.qcowVersion ?? 0) > 1 }
}
