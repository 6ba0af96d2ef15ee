import JSON

/// Something of the host that an argument of QEMU names.
enum HostReference: Equatable {
    case path(String)
    case descriptor(Int)

    /// All that an option and its value name, in order.
    static func all(_ words: [String]) -> [HostReference] {
        guard let value = words.last, words.count > 1 else { return [] }
        if value.hasPrefix("{"), let json = try? JSONValue(parsing: value) {
            return all("", json, isLocal: true)
        }
        // Some options take one path as it is.
        if ["-kernel", "-initrd", "-dtb", "-shim", "-bios", "-mem-path"].contains(words[0]) {
            return [.path(value)]
        }
        if words[0] == "-append" { return [] }
        return fields(value).flatMap { one($0.key, $0.value) }
    }

    /// Paths next to the name of a server are the server's.
    private static func all(_ key: String, _ value: JSONValue, isLocal: Bool) -> [HostReference] {
        switch value {
        case .string(let text): isLocal ? one(key, text) : []
        case .array(let values): values.flatMap { all(key, $0, isLocal: isLocal) }
        case .object(let object):
            object.members.flatMap { name, value in
                let isRemote = object["server"] != nil || object["host"] != nil || object["url"] != nil
                return all(name, value, isLocal: !isRemote || value.object != nil)
            }
        case .null, .bool, .integer, .unsigned, .number: []
        }
    }

    private static func one(_ key: String, _ text: String) -> [HostReference] {
        switch key {
        case "fd", "fds", "vhostfd", "vhostfds":
            return text.split(separator: ":").compactMap { Int($0) }.map { .descriptor($0) }
        default:
            if text.hasPrefix("/") { return [.path(text)] }
            return text.hasPrefix("unix:/") ? [.path(String(text.dropFirst(5)))] : []
        }
    }

    /// The fields of `first,key=value,…`, in which a comma of a value is doubled.
    private static func fields(_ text: String) -> [(key: String, value: String)] {
        var words = [""]
        var rest = Substring(text)
        while let character = rest.popFirst() {
            if character != "," {
                words[words.count - 1].append(character)
            } else if rest.first == "," {
                rest.removeFirst()
                words[words.count - 1].append(",")
            } else {
                words.append("")
            }
        }
        return words.map { word in
            let key = word.prefix { $0 != "=" }
            return key.count == word.count ? ("", word) : (String(key), String(word.dropFirst(key.count + 1)))
        }
    }
}
