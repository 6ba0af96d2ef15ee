import Glibc
import PublishedData
import Testing
import XMLBinding

/// The published schemas that documents are checked against.
enum Schemas {
    /// Where they are; nil if there are none on this machine.
    static let root: String? = {
        let path =
            getenv("ROOST_SCHEMAS").map { String(cString: $0) } ?? Published.project + "/../shared/schemas"
        return access(path, R_OK) == 0 ? path : nil
    }()

    static func named(_ file: String) throws -> XMLSchema { try XMLSchema(path: "\(root ?? "")/\(file)") }
}

extension Trait where Self == Needs {
    /// Skips the test where the schemas aren't there.
    static var schemas: Self { needs(Schemas.root != nil, "libvirt's schemas are not here (ROOST_SCHEMAS)") }
}
