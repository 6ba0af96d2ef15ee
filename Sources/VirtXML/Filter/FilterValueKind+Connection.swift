import ByteText

extension FilterValueKind {
    /// What is said of connections, flags of TCP and sets of addresses, in the usual form; nil if it isn't right.
    func connection(_ text: String) -> String? {
        switch self {
        case .state: Self.states(text)
        case .flags: Self.tcpFlags(text)
        case .setName: Self.isSetName(text) ? text : nil
        case .setFlags: Self.setFlags(text)
        default: text
        }
    }

    private static func states(_ text: String) -> String? {
        let known = ["NEW", "ESTABLISHED", "RELATED", "INVALID"]
        let words = words(text)
        guard words.allSatisfy({ known.contains($0) || $0 == "NONE" }) else { return nil }
        return words.contains("NONE") ? "NONE" : known.filter(words.contains).joined(separator: ",")
    }

    /// The flags that are looked at, and those of them that must be set.
    private static func tcpFlags(_ text: String) -> String? {
        let halves = text.split(atByte: "/", omittingEmptySubsequences: false).map { flags(String($0)) }
        guard halves.count == 2, let mask = halves[0], let set = halves[1] else { return nil }
        return "\(mask)/\(set)"
    }

    private static func flags(_ text: String) -> String? {
        let known = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"]
        let words = words(text)
        guard words.allSatisfy({ known.contains($0) || $0 == "ALL" || $0 == "NONE" }) else { return nil }
        let found = words.contains("ALL") ? known : known.filter(words.contains)
        return found.isEmpty ? "NONE" : found == known ? "ALL" : found.joined(separator: ",")
    }

    private static func words(_ text: String) -> [String] {
        text.utf8.split { $0 == 0x2C || $0 == 0x20 }.map { String(decoding: $0, as: UTF8.self).uppercased() }
    }

    private static func isSetName(_ text: String) -> Bool {
        text.utf8.count <= 31 && text.consistsOfAlphanumerics(or: "_.:-+ ")
    }

    /// Up to six times `src` or `dst`.
    private static func setFlags(_ text: String) -> String? {
        let words = text.split(atByte: ",", omittingEmptySubsequences: false).map { $0.lowercased() }
        guard words.count <= 6, words.allSatisfy({ ["src", "dst"].contains($0) }) else { return nil }
        return words.joined(separator: ",")
    }
}
