import ByteText

/// Where a connection leads: `qemu:///system`, `qemu+unix:///system?socket=…`, `test:///default`.
public struct ConnectionURI: Hashable, Sendable, CustomStringConvertible {
    /// The driver: `qemu`, `test`, `lxc` …
    public var driver: String
    /// How to get to the daemon: `unix`, `ssh`, `tls` …; nil where the URI doesn't say.
    public var transport: String?
    public var user: String?
    public var host: String
    public var port: UInt16?
    /// The path with its first slash: `/system`.
    public var path: String
    /// The parameters behind `?`, decoded, in order.
    public var parameters: [(name: String, value: String)]

    public static func == (a: Self, b: Self) -> Bool { a.description == b.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    /// Reads a URI; throws `invalidArg` with the text where it isn't one.
    public init(_ text: String) throws(VirtError) {
        let invalid = VirtError(.invalidArg, "cannot parse URI '\(text)'")
        guard let (name, behind) = text.cut(atByte: ":"), !name.isEmpty else { throw invalid }
        let scheme = name.cut(atByte: "+")
        guard name.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 47 }) else { throw invalid }
        driver = String(scheme?.before ?? name).lowercased()
        transport = scheme.map { String($0.after) }
        var rest = behind.cut(atByte: "#")?.before ?? behind
        var query: Substring = ""
        if let parts = rest.cut(atByte: "?") { (rest, query) = parts }
        (user, host, port) = (nil, "", nil)
        if let place = rest.droppingBytePrefix("//") {
            let end = place.firstIndex(ofByte: "/") ?? place.endIndex
            var authority = place[..<end]
            rest = place[end...]
            if let parts = authority.cut(atLastByte: "@") {
                user = Self.decoded(parts.before)
                authority = parts.after
            }
            let bracket = authority.lastIndex(ofByte: "]") ?? authority.startIndex
            if let (_, digits) = authority[bracket...].cut(atLastByte: ":") {
                guard let number = UInt16(digits) else { throw invalid }
                port = number
                authority = authority[..<authority.utf8.index(before: digits.startIndex)]
            }
            host = String(authority)
        }
        path = Self.decoded(rest)
        parameters = query.split(atByte: "&").flatMap { $0.split(atByte: ";") }.map { part in
            let (name, value) = part.cut(atByte: "=") ?? (part, "")
            return (Self.decoded(name), Self.decoded(value))
        }
    }

    /// The value of a parameter.
    public subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The URI that a daemon opens: without transport, host and the parameters that only lead to it.
    public var forDaemon: ConnectionURI {
        var uri = self
        (uri.transport, uri.user, uri.host, uri.port) = (nil, nil, "", nil)
        uri.parameters.removeAll { Self.transportParameters.contains($0.name) }
        return uri
    }

    /// The parameters that only lead to a daemon.
    public static let transportParameters: Set = [
        "socket", "mode", "auth", "command", "netcat", "keyfile", "pkipath", "no_verify", "no_sanity",
        "no_tty", "name",
        "sshauth", "known_hosts", "known_hosts_verify", "tls_priority", "proxy",
    ]

    public var description: String {
        var text = driver + (transport.map { "+" + $0 } ?? "") + ":"
        let authority =
            (user.map { Self.encoded($0, keeping: "") + "@" } ?? "") + host + (port.map { ":\($0)" } ?? "")
        if !authority.isEmpty || path.isEmpty || path.utf8.first == UInt8(ascii: "/") {
            text += "//" + authority
        }
        text += Self.encoded(path, keeping: "/:@;&=+$,")
        for (index, item) in parameters.enumerated() {
            text += index == 0 ? "?" : "&"
            text += Self.encoded(item.name, keeping: "/:@,") + "=" + Self.encoded(item.value, keeping: "/:@,")
        }
        return text
    }

    /// Percent signs for all bytes but letters, digits, a few marks that never mean anything, and `marks`.
    private static func encoded(_ text: String, keeping marks: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let scalar = UnicodeScalar(byte)
            if scalar.isASCII,
                scalar.properties.isAlphabetic || "0123456789-_.!~*'()\(marks)".utf8.contains(byte)
            {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Percent signs undone.
    private static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                bytes.append(UInt8(truncatingIfNeeded: digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
