extension JSONValue {
    /// Reads one document; nothing but white space may follow it.
    public init(
        parsing text: some Sequence<UInt8>, depth: Int = 256, limit: Int = 64 << 20
    ) throws(JSONError) {
        var reader = JSONReader(depth: depth, limit: limit)
        reader.append(text)
        // A number at the end of the text is complete only once something follows it.
        reader.append([0x0A])
        guard let value = try reader.next() else { throw .incomplete }
        guard try reader.next() == nil, !reader.isWithinDocument else {
            throw .malformed(reason: "more than one value", offset: 0)
        }
        self = value
    }

    /// Reads one document; nothing but white space may follow it.
    public init(parsing text: String) throws(JSONError) { try self.init(parsing: text.utf8) }

    /// Reads all documents of a text.
    public static func documents(in text: some Sequence<UInt8>) throws(JSONError) -> [JSONValue] {
        var reader = JSONReader()
        reader.append(text)
        reader.append([0x0A])
        var values: [JSONValue] = []
        while let value = try reader.next() { values.append(value) }
        if reader.isWithinDocument { throw .incomplete }
        return values
    }
}
