import ByteText

/// A path without needless slashes: none twice, none at the end. Two at the front stay, as POSIX lets them
/// mean something.
func sanitized(path: String) -> String {
    let parts = path.split(atByte: "/").joined(separator: "/")
    guard path.hasBytePrefix("/") else { return parts }
    let isDouble = path.hasBytePrefix("//") && !path.hasBytePrefix("///")
    return (isDouble ? "//" : "/") + parts
}

extension StoragePoolDefinition {
    /// A path as a pool's target has it: without needless slashes.
    public static func cleaned(_ path: String) -> String { sanitized(path: path) }
}
