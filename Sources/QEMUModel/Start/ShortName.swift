import ByteText
import VirtXML

extension String {
    /// The name of a guest as the start of a file's name that ends with `ending`: cut where it would be too long for one.
    func asFileName(before ending: String) -> String {
        prefix(bytes: 255 - min(ending.utf8.count, 255)) + ending
    }
}

extension DomainDefinition {
    /// What names a start of a guest in paths: its number, and the start of its name. Paths of sockets have room for
    /// some hundred bytes, so it's no more than twenty: letters of ASCII are as many as with libvirt.
    package func shortName(ofStart id: Int32) -> String { "\(id)-\(name.prefix(bytes: 20))" }
}
