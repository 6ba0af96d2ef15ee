/// A path without needless slashes: none twice, none at the end. Two at the front stay, as POSIX lets them
/// mean something.
func sanitized(path: String) -> String {
    let parts = path.split(separator: "/").joined(separator: "/")
    guard path.hasPrefix("/") else { return parts }
    let isDouble = path.hasPrefix("//") && !path.hasPrefix("///")
    return (isDouble ? "//" : "/") + parts
}
