import ByteText
import LinuxSystem

/// What a volume is called until it is whole: `.NAME.0123456789abcdef.part`.
struct PartName: Sendable, Hashable {
    let text: String

    /// A name that nothing has.
    init(for name: String) {
        // A long name leaves no room for more.
        let kept = String(decoding: Array(name.utf8.prefix(200)), as: UTF8.self)
        text = ".\(kept).\(Random.hexadecimal(bytes: 8)).part"
    }

    /// Whether a file's name is one of those. Such files are nobody's volumes; whoever began one removes what is left of it.
    static func isOne(_ name: String) -> Bool {
        guard name.hasBytePrefix("."), let body = name.droppingByteSuffix(".part"), body.utf8.count > 17
        else {
            return false
        }
        let tail = body.utf8.suffix(17)
        return tail.first == UInt8(ascii: ".") && tail.dropFirst().allSatisfy { $0.isLowerHexDigit }
    }
}

extension UInt8 {
    fileprivate var isLowerHexDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
