import Glibc
import XMLBinding

/// The published schemas that documents are checked against.
enum Schemas {
    /// Where they are; nil if there are none on this machine.
    static let root: String? = {
        let path =
            getenv("ROOST_SCHEMAS").map { String(cString: $0) } ?? Corpus.package + "/../shared/schemas"
        return access(path, R_OK) == 0 ? path : nil
    }()

    /// The schema in a file; nil if it isn't there.
    static func named(_ file: String) throws -> XMLSchema? {
        guard let root, access(root + "/" + file, R_OK) == 0 else { return nil }
        return try XMLSchema(path: root + "/" + file)
    }
}
