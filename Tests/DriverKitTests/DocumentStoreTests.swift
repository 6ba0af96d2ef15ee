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
            let leftover = "\(store.folder)/\(FileSystem.temporaryPrefix)1"
            try FileSystem.replace("\(store.folder)/notes.txt", with: "mine")
            try FileSystem.replace(leftover, with: "half")
            try store.prepare()
            #expect(!FileSystem.exists(leftover))
            #expect(FileSystem.exists("\(store.folder)/notes.txt"))
            #expect(try store.names().isEmpty)
        }
    }

    @Test("names that would leave the folder are refused", arguments: ["a/b", "/", "..", ".", "x\0y"])
    func names(name: String) {
        #expect(throws: VirtError.self) { try DocumentStore.check(name: name) }
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
