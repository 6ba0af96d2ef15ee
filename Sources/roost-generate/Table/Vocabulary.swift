/// An enumeration or a flag set of libvirt's public API.
struct Enumeration {
    var name: String
    var original: String
    var isFlags: Bool
    var members: [(name: String, value: Int)] = []
}

/// Reads `Protocol/vocabulary.txt`.
func vocabulary(text: String) throws(TableError) -> [Enumeration] {
    var result: [Enumeration] = []
    for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        guard let first = words.first, !first.hasPrefix("#") else { continue }
        if first == "enum" || first == "flags", words.count == 3 {
            result.append(Enumeration(name: words[1], original: words[2], isFlags: first == "flags"))
            continue
        }
        for word in words {
            let pair = word.split(separator: "=")
            guard pair.count == 2, let value = Int(pair[1]), !result.isEmpty else {
                throw TableError(message: "name=value was expected, not \(word)")
            }
            result[result.count - 1].members.append((String(pair[0]), value))
        }
    }
    return result
}
