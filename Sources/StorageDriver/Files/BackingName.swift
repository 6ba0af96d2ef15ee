import ByteText
import JSON

/// The name by which an image says what lies below it: a path, perhaps relative to the image's own folder, an address, or
/// JSON. Nothing is opened by it.
struct BackingName: Sendable {
    /// What is shown of it.
    let path: String

    init(_ name: String, in folder: String) {
        if let json = name.droppingBytePrefix("json:") {
            path = (try? JSONValue(parsing: String(json))).flatMap(Self.file) ?? name
        } else if name.hasBytePrefix("/") || Self.isAddress(name) {
            path = name
        } else {
            path = "\(folder)/\(name)"
        }
    }

    /// Whether something like `nbd:` stands in front of the first slash.
    private static func isAddress(_ name: String) -> Bool {
        guard let colon = name.firstIndex(ofByte: ":") else { return false }
        guard let slash = name.firstIndex(ofByte: "/") else { return true }
        return colon < slash
    }

    /// The file that QEMU's options name.
    private static func file(_ value: JSONValue) -> String? {
        var value = value
        for _ in 0..<8 {
            if let name = value["filename"]?.string ?? value["file.filename"]?.string { return name }
            guard let inner = value["file"] else { return nil }
            value = inner
        }
        return nil
    }
}
