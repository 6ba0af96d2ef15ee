/// Readers of what the project writes for others, by the others' rules and by nothing of the writers' code.
enum NameReader {
    /// The words of an option's text by QEMU's rules: apart at a comma, and two commas are one.
    static func qemuWords(_ text: String) -> [[UInt8]] {
        var words: [[UInt8]] = [[]]
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] != 0x2C {
                words[words.count - 1].append(bytes[index])
            } else if index + 1 < bytes.count, bytes[index + 1] == 0x2C {
                words[words.count - 1].append(0x2C)
                index += 1
            } else {
                words.append([])
            }
            index += 1
        }
        return words
    }

    /// The strings of a JSON array of strings, as RFC 8259 has them; nil where it isn't one.
    static func jsonStrings(_ bytes: [UInt8]) -> [[UInt8]]? {
        guard bytes.first == 0x5B, bytes.last == 0x5D else { return nil }
        let escapes: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
        ]
        var (strings, index) = ([[UInt8]](), 1)
        while index < bytes.count - 1 {
            guard bytes[index] == 0x22 else { return nil }
            index += 1
            var string: [UInt8] = []
            while index < bytes.count, bytes[index] != 0x22 {
                if bytes[index] < 0x20 { return nil }
                if bytes[index] != 0x5C {
                    string.append(bytes[index])
                } else if index + 5 < bytes.count, bytes[index + 1] == 0x75 {
                    let digits = String(decoding: bytes[index + 2...index + 5], as: UTF8.self)
                    guard let code = UInt8(digits, radix: 16), code < 0x80 else { return nil }
                    string.append(code)
                    index += 4 + 1
                } else if index + 1 < bytes.count, let letter = escapes[bytes[index + 1]] {
                    string.append(letter)
                    index += 1
                } else {
                    return nil
                }
                index += 1
            }
            strings.append(string)
            index += bytes[index + 1] == 0x2C ? 2 : 1
        }
        return strings
    }

    /// A text without its percent signs.
    static func percentDecoded(_ text: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(text)
        var (decoded, index) = ([UInt8](), 0)
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                decoded.append(value)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }
}
