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
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { throw invalid }
        let scheme = text[..<colon].split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard text[..<colon].utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 47 }) else { throw invalid }
        driver = String(scheme[0]).lowercased()
        transport = scheme.count > 1 ? String(scheme[1]) : nil
        var rest = text[text.index(after: colon)...]
        if let mark = rest.firstIndex(of: "#") { rest = rest[..<mark] }
        var query: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            (query, rest) = (rest[rest.index(after: mark)...], rest[..<mark])
        }
        (user, host, port) = (nil, "", nil)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            var authority = rest[..<end]
            rest = rest[end...]
            if let at = authority.lastIndex(of: "@") {
                user = Self.decoded(authority[..<at])
                authority = authority[authority.index(after: at)...]
            }
            let bracket = authority.lastIndex(of: "]") ?? authority.startIndex
            if let mark = authority[bracket...].lastIndex(of: ":") {
                guard let number = UInt16(authority[authority.index(after: mark)...]) else { throw invalid }
                port = number
                authority = authority[..<mark]
            }
            host = String(authority)
        }
        path = Self.decoded(rest)
        parameters = query.split(whereSeparator: { $0 == "&" || $0 == ";" }).map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(pair[0]), pair.count > 1 ? Self.decoded(pair[1]) : "")
        }
    }

    /// The value of a parameter.
    public subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The URI that a daemon opens: without transport, host and the parameters that only lead to it.
    public var forDaemon: ConnectionURI {
        var uri = self
        (uri.transport, uri.user, uri.host, uri.port) = (nil, nil, "", nil)
        let local: Set<String> = [
            "socket", "mode", "auth", "command", "netcat", "keyfile", "pkipath", "no_verify", "no_sanity",
            "no_tty",
            "name", "sshauth", "known_hosts", "known_hosts_verify", "tls_priority", "proxy",
        ]
        uri.parameters.removeAll { local.contains($0.name) }
        return uri
    }

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
