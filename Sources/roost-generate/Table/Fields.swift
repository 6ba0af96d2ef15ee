/// Splits `NAME (a: T, b: U) rest` into its three parts.
func parenthesis(_ text: String) throws(TableError) -> (name: String, fields: [Field], rest: String) {
    guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else {
        throw TableError(message: "(fields) are missing")
    }
    let name = text[..<open].split(separator: " ").joined()
    let inside = text[text.index(after: open)..<close]
    var fields: [Field] = []
    for part in inside.split(separator: ",") {
        let pair = part.split(separator: ":").map { $0.split(separator: " ").joined() }
        guard pair.count == 2 else { throw TableError(message: "a field is name: type, not \(part)") }
        fields.append(Field(name: pair[0], type: try wireType(pair[1])))
    }
    return (name, fields, String(text[text.index(after: close)...]))
}

/// Reads a type as the table writes it.
func wireType(_ text: String) throws(TableError) -> WireType {
    let plain: [String: WireType] = [
        "i8": .int8, "u8": .uint8, "u16": .uint16, "i32": .int32, "u32": .uint32, "i64": .int64,
        "u64": .uint64,
        "f64": .double, "bool": .bool, "uuid": .uuid, "string": .string, "string?": .optionalString,
    ]
    if let type = plain[text] { return type }
    if text.hasSuffix("?") { return .optional(valueName(String(text.dropLast()))) }
    if let open = text.lastIndex(of: "<"), text.hasSuffix(">") {
        guard let max = Int(text[text.index(after: open)...].dropLast()) else {
            throw TableError(message: "\(text) has no limit")
        }
        let base = String(text[..<open])
        if base == "bytes" { return .bytes(max: max) }
        guard base.hasPrefix("["), base.hasSuffix("]") else {
            throw TableError(message: "\(text) is no list")
        }
        return .list(try wireType(String(base.dropFirst().dropLast())), max: max)
    }
    if text.hasPrefix("chars["), let count = Int(text.dropFirst(6).dropLast()) {
        return .characters(count: count)
    }
    if text.hasSuffix("Flags") || text == "DomainModificationImpact" || text == "DomainMessageType" {
        return .flags(text)
    }
    return .named(valueName(text))
}

/// `domain` names a reference to a domain, `VCPUInfo` a structure.
private func valueName(_ text: String) -> String {
    Table.objects.contains(text) ? referenceName(text) : text
}

/// The structure that identifies an object: `DomainReference`.
func referenceName(_ object: String) -> String { capitalized(object) + "Reference" }

/// The first letter made large; `nwfilter` is written `NWFilter`.
func capitalized(_ name: String) -> String {
    if name.hasPrefix("nwfilter") { return "NWFilter" + name.dropFirst(8) }
    return name.prefix(1).uppercased() + name.dropFirst()
}

/// The first word made small: `XMLDesc` is `xmlDesc`, `MaxMemory` is `maxMemory`.
func lowercasedFirstWord(_ name: String) -> String {
    let upper = name.prefix(while: \.isUppercase)
    if upper.count == name.count { return name.lowercased() }
    let count = max(1, upper.count - 1)
    return name.prefix(count).lowercased() + name.dropFirst(count)
}
