import ByteText
import JSON

/// Matches of iptables: in JSON they have a name alone, in nft's own language those that matter here are in words.
extension Ruleset {
    static func hasForeignMatches(_ json: String) -> Bool { json.contains(bytesOf: "\"xt\": {") }

    /// The lines of rules by their table and handle, from `nft -a list ruleset`.
    static func lines(of text: String) -> [TableName: [UInt64: String]] {
        var (found, table) = ([TableName: [UInt64: String]](), TableName(family: "", table: ""))
        for line in text.split(atByte: "\n") {
            let words = line.splitAtBlanks()
            if words.count > 3, words[0].hasSameBytes(as: "table") {
                table = TableName(family: String(words[1]), table: String(words[2]))
            }
            guard words.dropLast().last?.hasSameBytes(as: "handle") ?? false,
                let handle = words.last.flatMap({ UInt64($0) })
            else { continue }
            found[table, default: [:]][handle] = String(line)
        }
        return found
    }

    /// A statement of iptables as nft would say it; itself where that isn't known.
    static func translated(_ statement: JSONObject, _ line: String) -> JSONObject {
        switch statement["xt"]?["name"]?.string {
        case "comment", "LOG", "NFLOG": return ["counter": .null]
        case "REJECT": return ["reject": .null]
        case "conntrack", "state":
            guard let states = word(of: line, behind: ["ct", "state"]) else { return statement }
            let right = JSONValue.array(states.split(atByte: ",").map { .string(String($0)) })
            return ["match": ["op": "in", "left": ["ct": ["key": "state"]], "right": right]]
        case "addrtype":
            guard let type = word(of: line, behind: ["fib", "daddr", "type"]) else { return statement }
            let left: JSONValue = ["fib": ["result": "type", "flags": ["daddr"]]]
            return ["match": ["op": "==", "left": left, "right": .string(type)]]
        default: return statement
        }
    }

    private static func word(of line: String, behind wanted: [String]) -> String? {
        let words = line.splitAtBlanks()
        let start = words.indices.first { index in
            wanted.elementsEqual(words[index...].prefix(wanted.count)) { $0.hasSameBytes(as: $1) }
        }
        return start.flatMap { words[$0...].dropFirst(wanted.count).first.map { String($0) } }
    }
}
