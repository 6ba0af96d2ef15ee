import ByteText

/// What a file begins with that has the state of a guest in it, as libvirt lays it out: a sign, numbers of 32 bits, then
/// document and cookie with a zero byte behind each, and room for a longer document. QEMU's words follow.
package struct SaveImageHeader: Equatable, Sendable {
    /// Whether all is in the file; not while it is written.
    package var isWhole = false
    /// How much there is between this and QEMU's words.
    package var dataLength: UInt32
    /// Whether the guest runs once it is restored.
    package var isRunning: Bool
    package var format: SaveImageFormat
    /// Where the cookie begins behind this; 0 where there is none.
    package var cookieOffset: UInt32

    /// How many bytes it has.
    package static let length = 92
    /// How much room a longer document finds.
    static let room = 64 << 10
    /// How long document and cookie may be, with the room.
    package static let longestData: UInt32 = 64 << 20

    private static let version: UInt32 = 2
    private static let whole = "LibvirtQemudSave"
    private static let part = "LibvirtQemudPart"

    package init(dataLength: UInt32, isRunning: Bool, format: SaveImageFormat, cookieOffset: UInt32) {
        (self.dataLength, self.isRunning) = (dataLength, isRunning)
        (self.format, self.cookieOffset) = (format, cookieOffset)
    }

    /// Where QEMU's words begin.
    package var stateOffset: UInt64 { UInt64(Self.length) + UInt64(dataLength) }

    package var bytes: [UInt8] {
        var bytes = Array((isWhole ? Self.whole : Self.part).utf8)
        for number in [Self.version, dataLength, isRunning ? 1 : 0, format.rawValue, cookieOffset] {
            withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
        }
        return bytes + [UInt8](repeating: 0, count: Self.length - bytes.count)
    }

    /// Reads what a file begins with; one that was written on a host of the other byte order too.
    package init(_ bytes: [UInt8]) throws(SaveImageError) {
        guard bytes.count >= Self.length else { throw SaveImageError("failed to read qemu header") }
        let sign = bytes.prefix(Self.whole.utf8.count)
        isWhole = sign.elementsEqual(Self.whole.utf8)
        guard isWhole || sign.elementsEqual(Self.part.utf8) else {
            throw SaveImageError("image magic is incorrect")
        }
        if !isWhole { throw SaveImageError("save image is incomplete") }
        var numbers = (0..<5).map { index in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[sign.count + index * 4 + $1]) << UInt32($1 * 8) }
        }
        if numbers[0] > Self.version { numbers = numbers.map(\.byteSwapped) }
        guard numbers[0] <= Self.version else {
            throw SaveImageError("image version is not supported (\(numbers[0]) > \(Self.version))")
        }
        guard (1...Self.longestData).contains(numbers[1]) else {
            throw SaveImageError("invalid header data length: \(Int32(truncatingIfNeeded: numbers[1]))")
        }
        guard let format = SaveImageFormat(rawValue: numbers[3]) else {
            throw SaveImageError("unsupported save image format: \(numbers[3])")
        }
        (dataLength, isRunning, self.format, cookieOffset) = (numbers[1], numbers[2] != 0, format, numbers[4])
    }
}

/// What is wrong with a file that should have the state of a guest in it.
package struct SaveImageError: Error, Equatable, Sendable {
    package let message: String

    init(_ message: String) { self.message = message }
}
