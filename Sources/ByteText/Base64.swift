/// Base64, as RFC 4648 has it.
public enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// What each byte stands for as a letter; 255 for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    /// The letters for `bytes`, padded to a multiple of four.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var (bits, count) = (UInt32(0), 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | UInt32(byte), count + 8)
            while count >= 6 {
                count -= 6
                text.append(letters[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(letters[Int(bits << UInt32(6 - count) & 63)]) }
        while text.count % 4 != 0 { text.append(padding) }
        return text
    }

    /// The bytes that `text` stands for. Read as GLib does, and so libvirt: what is no letter is passed over, and a
    /// group that isn't whole is left out.
    public static func decode(_ text: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count, missing) = (UInt32(0), 0, 0)
        for letter in text {
            let value = values[Int(letter)]
            guard value != 255 || letter == padding else { continue }
            if letter == padding { missing += 1 }
            (bits, count) = (bits << 6 | UInt32(letter == padding ? 0 : value), count + 1)
            guard count == 4 else { continue }
            for shift in [16, 8, 0].dropLast(min(missing, 2)) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
            }
            (bits, count, missing) = (0, 0, 0)
        }
        return bytes
    }
}
