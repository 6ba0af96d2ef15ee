import ByteText
import Virt

/// A piece of a line of dnsmasq's configuration. What comes from a document is written so that it is one value and no more,
/// or refused.
enum DnsmasqText {
    /// What is known to be harmless.
    case plain(String)
    /// One of several values of a line.
    case word(String)
    /// A DNS domain, which may stand between slashes.
    case domain(String)
    /// The last value of a line, which may be several for dnsmasq.
    case text(String)
    /// A file's path.
    case path(String)

    func written() throws(VirtError) -> String {
        switch self {
        case .plain(let text): return text
        case .word(let text):
            try Self.checkWord(text, "a name")
            return text
        case .domain(let text):
            try Self.checkWord(text, "a domain")
            if text.contains(byte: "/") { throw Self.refused(text, "a domain", "can't contain '/'") }
            return text
        case .text(let text):
            try Self.check(text, "the text of a record")
            // A comment would begin in it, or a quotation would never end: quoted it is what it says.
            return text.isReadAsItIs ? text : Self.quoted(text)
        case .path(let text):
            try Self.check(text, "the path")
            let isPlain = text.isReadAsItIs && !text.contains(byte: ",") && !text.contains(byte: "\"")
            return isPlain ? text : Self.quoted(text)
        }
    }

    /// Refuses what can't be in one line.
    static func check(_ text: String, _ what: String) throws(VirtError) {
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw refused(text, what, "can't contain control characters")
        }
    }

    /// Refuses what isn't one word.
    static func checkWord(_ text: String, _ what: String) throws(VirtError) {
        try check(text, what)
        let letters = " ,\"#\\"
        if let wrong = text.utf8.first(where: { letters.utf8.contains($0) }) {
            throw refused(text, what, "can't contain '\(Character(Unicode.Scalar(wrong)))'")
        }
    }

    private static func refused(_ text: String, _ what: String, _ why: String) -> VirtError {
        VirtError(.xmlError, "\(what) '\(text)' \(why)", from: .network)
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing(byte: "\\", with: "\\\\").replacing(byte: "\"", with: "\\\"") + "\""
    }
}

extension String {
    /// Whether dnsmasq reads all of it without quotes around it, and quotes in it end.
    fileprivate var isReadAsItIs: Bool {
        var isBlank = true, quotes = 0
        for byte in utf8 {
            if byte == UInt8(ascii: "\"") { quotes += 1 }
            if byte == UInt8(ascii: "\\") || isBlank && byte == UInt8(ascii: "#") { return false }
            isBlank = byte == UInt8(ascii: " ")
        }
        return quotes % 2 == 0
    }
}

/// The lines of a configuration of dnsmasq's.
struct DnsmasqLines {
    private(set) var text = ""

    mutating func flag(_ name: String) { text += name + "\n" }
    /// A line whose value is known to be harmless.
    mutating func flag(_ name: String, _ value: String) { text += "\(name)=\(value)\n" }

    mutating func add(_ name: String, _ parts: [DnsmasqText]) throws(VirtError) {
        var line = name + "="
        for part in parts { line += try part.written() }
        text += line + "\n"
    }

    /// A line that the document gives whole.
    mutating func add(line: String) throws(VirtError) {
        try DnsmasqText.check(line, "the option of dnsmasq's")
        text += line + "\n"
    }
}
