import ByteText
import DriverKit
import LinuxSystem
import Testing
import Virt
import VirtXML

/// An object that has nothing but a name.
private struct Thing: RegisteredObject {
    let uuid: UUID
    var text: String
    var listFlags: UInt32 = 0

    static let kind = ObjectKind<UUID>(
        noun: "thing", missing: .noNetwork, origin: .network, filter: ListFilter(groups: [3, 12])
    ) { _, event in .networkLifecycle(NetworkLifecycleEvent(event: event)) }

    var name: ByteName? { text.isEmpty ? nil : ByteName(text) }
    var reference: UUID { uuid }
}

@Suite("Objects of a kind")
struct ObjectTests {
    @Test("in each group of flags that has one set, one must hold")
    func filter() {
        let filter = ListFilter(groups: [3, 12])
        #expect(filter.known == 15)
        #expect([0, 1, 3, 4, 5, 12, 15].allSatisfy { filter.chooses(5, by: $0) })
        #expect([2, 8, 6, 9, 10].allSatisfy { !filter.chooses(5, by: $0) })
    }

    @Test("an object is found by identity and by its name of now, and an error speaks of its kind")
    func registry() async throws {
        let (registry, uuid) = (ObjectRegistry<Thing>(), UUID.random())
        registry.put(Thing(uuid: uuid, text: "one", listFlags: 1))
        registry.put(Thing(uuid: uuid, text: "two", listFlags: 2))
        registry.put(Thing(uuid: .random(), text: "", listFlags: 2))
        #expect(registry[ByteName("one")] == nil)
        #expect(registry[ByteName("two")]?.uuid == uuid)
        #expect(try registry.list(1, in: "f") == [])
        #expect(try registry.list(2, in: "f").count == 2)
        #expect(throws: VirtError.self) { try registry.list(16, in: "f") }
        registry.remove(uuid)
        #expect(registry[ByteName("two")] == nil)
        let error = #expect(throws: VirtError.self) { try registry.object(uuid) }
        #expect(error?.message == "Network not found: no thing with matching uuid '\(uuid)'")
    }

    @Test("changes are made one after the other")
    func changes() async throws {
        let (registry, uuid) = (ObjectRegistry<Thing>(), UUID.random())
        registry.put(Thing(uuid: uuid, text: ""))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try? await registry.change { () throws(VirtError) in
                        let thing = try registry.object(uuid)
                        registry.put(Thing(uuid: uuid, text: thing.text + "x"))
                    }
                }
            }
        }
        #expect(registry[uuid]?.text.utf8.count == 50)
    }

    @Test(
        "definitions are read as they were saved, with what starts with the host; what can't be read is told and left"
    )
    func store() async throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/objects-")
        defer { try? FileSystem.removeTree(folder) }
        let store = DefinitionStore<SecretDefinition>(
            folder: folder + "/new", autostart: true, origin: .secret
        ) { $0.description }
        #expect(try await store.load().found.isEmpty)
        let names = (0..<200).map { String($0 + 1000) }
        for name in names {
            var definition = SecretDefinition()
            definition.description = name
            try store.save(definition, as: name)
        }
        try store.setAutostarted("1001", true)
        try store.setAutostarted("1002", true)
        try store.setAutostarted("1002", false)
        try store.remove("1003")
        try FileSystem.replace(folder + "/new/broken.xml", with: "<secret>")
        try FileSystem.replace(
            folder + "/new/other.xml",
            with: "<secret ephemeral='no' private='no'><description>1004</description></secret>")
        try FileSystem.replace(folder + "/new/.roost-0123456789abcdef", with: "half")
        let content = try await store.load()
        #expect(content.found.map(\.name) == names.filter { $0 != "1003" })
        #expect(content.found.allSatisfy { $0.definition.description == $0.name })
        #expect(content.found.filter(\.isAutostarted).map(\.name) == ["1001"])
        #expect(content.problems.count == 2)
        #expect(content.problems.first?.contains("broken.xml") == true)
        #expect(content.problems.last?.contains("other.xml' defines '1004'") == true)
        #expect(FileSystem.exists(folder + "/new/broken.xml"))
        #expect(!FileSystem.exists(folder + "/new/.roost-0123456789abcdef"))
    }
}
