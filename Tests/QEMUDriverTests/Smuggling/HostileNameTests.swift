import ByteText
import DriverKit
import JSON
import LinuxSystem
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import QEMUDriver
@testable import QEMUModel

/// A hundred thousand names around every letter that means something, through every writer: what the reader on the
/// other side takes, byte by byte and by its own rules, is the name as it is, or the name is refused.
@Suite struct HostileNameTests {
    private static let names = Array(HostileNames(seed: 5).prefix(100_000))

    @Test("the names have every kind of letter that Unicode knows beside every mark")
    func kinds() {
        #expect(HostileNames.letters.count > 150)
        let joined = Self.names.count { name in
            name.contains(byte: ",") && !name.contains(where: { $0 == "," })
        }
        #expect(joined > 500, "commas that are part of another Character")
    }

    @Test("QEMU's options: a value is one value, whatever is in it")
    func options() {
        for name in Self.names {
            var text = OptionText(name)
            text.add("key", name)
            text.add("last", on: true)
            let read = NameReader.qemuWords(text.text)
            let wanted = [Array(name.utf8), Array("key=\(name)".utf8), Array("last=on".utf8)]
            if read != wanted { return #expect(read == wanted, "\(name.debugDescription)") }
            let back = text.fields["key"].map { Array($0.utf8) }
            if back != Array(name.utf8) {
                return #expect(back == Array(name.utf8), "\(name.debugDescription)")
            }
        }
    }

    @Test("helpers' options: a comma or backslash is refused, all else is one value")
    func helperOptions() {
        for name in Self.names {
            var options = HelperOptions(for: .swtpm)
            let isTaken = (try? options.add("dir", name)) != nil
            let isPlain = !name.utf8.contains { [0x2C, 0x5C, 0x00].contains($0) }
            if isTaken != isPlain { return #expect(isTaken == isPlain, "\(name.debugDescription)") }
            guard isTaken else { continue }
            let parts = options.text.utf8.split(separator: 0x2C, omittingEmptySubsequences: false).map(
                Array.init)
            if parts != [Array("dir=\(name)".utf8)] {
                return #expect(parts.count == 1, "\(name.debugDescription)")
            }
        }
    }

    @Test("logs of swtpm: any name of a guest is one part of a path, without what options are taken apart at")
    func logNames() throws {
        for name in Self.names where (try? DocumentStore.check(name: name)) != nil {
            let word = name.withoutCommas
            #expect(!word.utf8.contains { [0x2C, 0x5C, 0x2F].contains($0) })
            guard name.utf8.contains(where: { [0x2C, 0x5C].contains($0) }) else { continue }
            let back = NameReader.percentDecoded(word.utf8)
            if back != Array(name.utf8) {
                return #expect(back == Array(name.utf8), "\(name.debugDescription)")
            }
        }
    }

    @Test("passt: an address and an interface are what they are, or are refused")
    func network() {
        for name in Self.names {
            if let address = try? UserNetworkWord.address(name) {
                #expect(address.utf8.allSatisfy { "0123456789abcdefABCDEF.:".utf8.contains($0) })
            }
            guard let interface = try? UserNetworkWord.interface(name) else { continue }
            let isPlain =
                interface.utf8.elementsEqual(name.utf8) && interface.utf8.first != 0x2D
                && !interface.utf8.contains { $0 <= 0x20 || ",/%~:\\".utf8.contains($0) }
            if !isPlain { return #expect(isPlain, "\(name.debugDescription)") }
        }
    }

    @Test("a bus's address: the path is the name as it is")
    func bus() {
        for name in Self.names {
            let address = UserNetworkWord.bus("/run/" + name)
            let path = address.utf8.split(separator: 0x3D, maxSplits: 1).last.map(Array.init) ?? []
            let isPlain = path.allSatisfy { $0.isAlphanumeric || "-_/.%".utf8.contains($0) }
            let back = NameReader.percentDecoded(path)
            if !isPlain || back != Array("/run/\(name)".utf8) {
                return #expect(isPlain && back == Array("/run/\(name)".utf8), "\(name.debugDescription)")
            }
        }
    }

    @Test("JSON, as another reader takes it")
    func json() throws {
        for start in stride(from: 0, to: Self.names.count, by: 1000) {
            let part = Self.names[start..<min(start + 1000, Self.names.count)]
            let text = JSONValue.array(part.map(JSONValue.string)).encoded
            let read = NameReader.jsonStrings(text)
            let wanted = part.map { Array($0.utf8) }
            if read != wanted {
                let first = zip(read ?? [], wanted).first { $0 != $1 }
                return #expect(first?.0 == first?.1, "\(first.debugDescription)")
            }
            #expect(try JSONValue(parsing: text).array?.count == part.count)
        }
    }

    @Test("documents: a name that is taken reads the same once written, in its file too")
    func documents() throws {
        for name in Self.names
        where (try? DocumentStore.check(name: name)) != nil && !name.contains(byte: "\n") {
            var domain = DomainDefinition()
            domain.name = name
            domain.title = nil
            var other = domain
            other.description = name
            let text = DefinitionFile.text(try other.xml(), name: name, editedBy: "edit")
            let document = try XMLDocument(text)
            let found = withExtendedLifetime(document) {
                ["name", "description"].map { wanted in
                    document.root.children.first { $0.name == wanted }.map { Array($0.text.utf8) }
                }
            }
            if found != [Array(name.utf8), Array(name.utf8)] {
                return #expect(found[0] == Array(name.utf8), "\(name.debugDescription)")
            }
        }
    }

    @Test("files: a name that is taken names one file in its folder, and is found there")
    func files() throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-names-")
        defer { try? FileSystem.removeTree(folder) }
        let store = DocumentStore(folder: folder, survivesPowerCut: false)
        var kept: Set<[UInt8]> = []
        for (number, name) in Self.names.enumerated() where (try? DocumentStore.check(name: name)) != nil {
            let path = Array(store.path(name).utf8)
            let wanted = Array(folder.utf8) + [0x2F] + Array(name.utf8) + Array(".xml".utf8)
            let isInside = path == wanted && !name.utf8.contains { $0 == 0x2F || $0 == 0 }
            if !isInside { return #expect(isInside, "\(name.debugDescription)") }
            #expect(FileSystem.parent(of: store.path(name)) == folder)
            guard number % 40 == 0 else { continue }
            try store.save(name, name)
            kept.insert(Array(name.utf8))
        }
        try store.prepare()
        #expect(Set(try store.names().map { Array($0.utf8) }) == kept)
        #expect(kept.count > 1000)
        for name in try store.names() { #expect(Array(try store.read(name).utf8) == Array(name.utf8)) }
    }

    @Test("folders of a start leave room for sockets, and are called like the start of the name")
    func shortNames() {
        var domain = DomainDefinition()
        for name in Self.names + Self.names.prefix(1000).map({ $0 + $0 + $0 + $0 + $0 + $0 }) {
            domain.name = name
            let short = Array(domain.shortName(ofStart: 7).utf8)
            let isStart = short.starts(with: "7-".utf8) && name.utf8.starts(with: short.dropFirst(2))
            if !isStart || short.count > 22 {
                return #expect(isStart && short.count <= 22, "\(name.debugDescription)")
            }
        }
    }
}
