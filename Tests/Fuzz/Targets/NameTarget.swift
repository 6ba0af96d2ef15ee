import ByteText
import DriverKit
import JSON
import LinuxSystem
import VirtXML
import XMLBinding

@testable import QEMUDriver
@testable import QEMUModel

/// A guest's name: refused, or the same for all who read what is written for them.
func takeName(_ input: [UInt8]) {
    let name = String(decoding: input, as: UTF8.self)
    if name.isEmpty { return }
    var options = OptionText(name)
    options.add("key", name)
    require(
        NameReader.qemuWords(options.text) == [Array(name.utf8), Array("key=\(name)".utf8)], "QEMU's options",
        name)
    let json = JSONValue.array([.string(name)])
    require(NameReader.jsonStrings(json.encoded) == [Array(name.utf8)], "JSON", name)
    require((try? JSONValue(parsing: json.encoded)) == json, "JSON, read by ourselves", name)
    var words = HelperOptions(for: .swtpm)
    if (try? words.add("dir", name)) != nil { require(!name.utf8.contains(0x2C), "a helper's options", name) }
    let bus = UserNetworkWord.bus(name)
    require(
        NameReader.percentDecoded(bus.utf8) == Array("unix:path=\(name)".utf8), "an address of D-Bus", name)
    guard (try? DocumentStore.check(name: name)) != nil else { return }
    let path = DocumentStore(folder: "/etc/q").path(name)
    require(FileSystem.lastPart(of: path).utf8.elementsEqual("\(name).xml".utf8), "a file's name", name)
    require(FileSystem.parent(of: path) == "/etc/q", "a file's folder", name)
    var domain = DomainDefinition()
    domain.name = name
    guard let text = try? domain.xml(),
        let again = try? XMLDocument(DefinitionFile.text(text, name: name, editedBy: "edit", given: text))
    else {
        return require(false, "a document", name)
    }
    let found = withExtendedLifetime(again) { again.root.children.first { $0.name == "name" }?.text }
    require(found?.utf8.elementsEqual(name.utf8) == true, "a document", name)
    require(domain.shortName(ofStart: 1).utf8.count <= 22, "a folder of a start", name)
}

private func require(_ isRight: Bool, _ writer: String, _ name: String) {
    if !isRight { fatalError("\(writer): \(name.debugDescription) isn't what the other side reads") }
}
