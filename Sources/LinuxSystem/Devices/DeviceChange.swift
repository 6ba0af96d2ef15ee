import ByteText

/// What the kernel, or udev after it, tells of a device.
public struct DeviceChange: Hashable, Sendable {
    /// `add`, `change`, `remove`, `move`, `bind`, `unbind` …
    public let action: String
    /// The device's folder, from `/sys` on.
    public let path: String
    /// Where it was, if it has moved.
    public let formerPath: String?

    public init(action: String, path: String, formerPath: String? = nil) {
        (self.action, self.path, self.formerPath) = (action, path, formerPath)
    }

    /// - Parameter message: a packet of the kernel's or of udev's; nil where it is neither.
    init?(_ message: [UInt8]) {
        guard let text = Self.properties(message) else { return nil }
        var properties: [ByteName: String] = [:]
        for part in text.split(separator: 0) {
            guard let (key, value) = String(decoding: part, as: UTF8.self).cut(atByte: "=") else { continue }
            properties[ByteName(String(key))] = String(value)
        }
        guard let action = properties[ByteName("ACTION")], let path = properties[ByteName("DEVPATH")] else {
            return nil
        }
        (self.action, self.path) = (action, "/sys\(path)")
        formerPath = properties[ByteName("DEVPATH_OLD")].map { "/sys\($0)" }
    }

    /// The properties, each with a NUL behind it. The kernel's packet has a line before them, udev's a header.
    private static func properties(_ message: [UInt8]) -> ArraySlice<UInt8>? {
        let whole = message[...]
        guard whole.starts(with: Array("libudev\0".utf8)) else {
            guard let end = whole.firstIndex(of: 0), whole[..<end].contains(UInt8(ascii: "@")) else {
                return nil
            }
            return whole[(end + 1)...]
        }
        // Behind the word: a sign in network order, the header's size, where the properties begin, and how long they are.
        guard let sign = whole.number(at: 8, UInt32.self), UInt32(bigEndian: sign) == 0xFEED_CAFE,
            let start = whole.number(at: 16, UInt32.self), let length = whole.number(at: 20, UInt32.self)
        else { return nil }
        return whole.dropFirst(Int(start)).prefix(Int(length))
    }
}
