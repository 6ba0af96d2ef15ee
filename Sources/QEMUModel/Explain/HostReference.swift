import ByteText
import JSON

/// Something of the host that an argument of QEMU names.
package enum HostReference: Equatable {
    case path(String)
    case descriptor(Int)

    /// All that an option and its value name, in order.
    package static func all(_ words: [String]) -> [HostReference] {
        guard let value = words.last, words.count > 1 else { return [] }
        if value.hasBytePrefix("{"), let json = try? JSONValue(parsing: value) {
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
            return text.split(atByte: ":").compactMap { Int($0) }.map { .descriptor($0) }
        default:
            if text.hasBytePrefix("/") { return [.path(text)] }
            return text.hasBytePrefix("unix:/") ? [.path(String(text.droppingBytePrefix("unix:") ?? ""))] : []
        }
    }

    /// The fields of `first,key=value,…`, in which a comma of a value is doubled.
    private static func fields(_ text: String) -> [(key: String, value: String)] {
        OptionText.words(of: text).map { word in
            word.cut(atByte: "=").map { (String($0.before), String($0.after)) } ?? ("", word)
        }
    }
}
