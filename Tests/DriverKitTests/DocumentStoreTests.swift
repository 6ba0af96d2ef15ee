import DriverKit
import LinuxSystem
import Testing
import Virt

@Suite("Documents on disk")
struct DocumentStoreTests {
    private func withStore(_ body: (DocumentStore) throws -> Void) throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/driverkit-")
        defer { try? FileSystem.removeTree(folder) }
        let store = DocumentStore(folder: folder + "/qemu")
        try store.prepare()
        try body(store)
    }

    @Test("what is saved is found again, and gone when removed")
    func roundTrip() throws {
        try withStore { store in
            try store.save("b", "<b/>")
            try store.save("a", "<a/>")
            try store.save("a", "<a>2</a>")
            #expect(try store.names() == ["a", "b"])
            #expect(try store.read("a") == "<a>2</a>")
            try store.remove("a")
            try store.remove("a")
            #expect(try store.names() == ["b"])
            #expect(throws: SystemError.self) { try store.read("a") }
        }
    }

    @Test("half-written files of a killed daemon are removed, other files are left alone")
    func leftovers() throws {
        try withStore { store in
            let leftover = "\(store.folder)/\(FileSystem.temporaryPrefix)0123456789abcdef"
            try FileSystem.replace("\(store.folder)/notes.txt", with: "mine")
            try FileSystem.replace(leftover, with: "half")
            try store.prepare()
            #expect(!FileSystem.exists(leftover))
            #expect(FileSystem.exists("\(store.folder)/notes.txt"))
            #expect(try store.names().isEmpty)
        }
    }

    @Test(
        "names that would leave the folder, or that no document can hold, are refused",
        arguments: [
            "a/b", "/", "..", ".", "x\0y", "../\u{301}y", "\u{600}/x", "a\nb", "a\r\nb", "\u{1}", "\u{FFFE}",
            String(repeating: "a", count: 248),
        ])
    func names(name: String) {
        #expect(throws: VirtError.self) { try DocumentStore.check(name: name) }
    }

    @Test("what libvirt keeps is kept: each name is a file of its own, found again after a restart")
    func oddNames() throws {
        try withStore { store in
            let names = [
                ".hidden", "...", ".roost-1", ".roost-0123456789abcdef", "a\rb", " ", "\t", "a\u{600}",
                "\u{301}",
                "\u{E9}", "e\u{301}", "K", "\u{212A}", "a,b", "a%b", "-", ".xml", "a.xml",
                String(repeating: "a", count: 247),
            ]
            for name in names {
                try DocumentStore.check(name: name)
                try store.save(name, "<\(name)/>")
            }
            try store.prepare()
            #expect(try Set(store.names().map { Array($0.utf8) }) == Set(names.map { Array($0.utf8) }))
            for name in names { #expect(try store.read(name).utf8.elementsEqual("<\(name)/>".utf8)) }
        }
    }

    @Test("with a root everything lies below it")
    func layout() {
        let layout = StateLayout(root: "/tmp/r")
        #expect(layout.configuration == "/tmp/r/etc")
        #expect(layout.run == "/tmp/r/run")
        #expect(layout.library == "/tmp/r/var/lib")
        #expect(layout.logs == "/tmp/r/var/log")
        #expect(layout.cache == "/tmp/r/var/cache")
        #expect(StateLayout.system.configuration == "/etc/roost")
    }
}
