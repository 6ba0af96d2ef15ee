import DriverKit
import Testing
import Virt

/// A domain that is nothing but its facts.
private final class Entry: RegisteredDomain {
    let facts: DomainFacts

    init(
        _ name: String, _ uuid: UUID = .random(), id: Int32 = -1, state: DomainState = .shutoff,
        isPersistent: Bool = true, isAutostarted: Bool = false
    ) {
        facts = DomainFacts(
            reference: DomainReference(name: name, uuid: uuid, id: id), state: state,
            isPersistent: isPersistent, isAutostarted: isAutostarted)
    }
}

@Suite("The registry of domains")
struct RegistryTests {
    private let registry = DomainRegistry<Entry>(origin: .qemu)

    @discardableResult
    private func add(_ entry: Entry) throws(VirtError) -> Bool {
        let reference = entry.facts.reference
        return try registry.reserve(name: reference.name, uuid: reference.uuid) { entry }.isNew
    }

    private func message(_ call: () throws(VirtError) -> Void) -> String? {
        do throws(VirtError) {
            try call()
            return nil
        } catch {
            return error.message
        }
    }

    @Test("a lookup that finds nothing says by what it looked")
    func missing() {
        let uuid = UUID(high: 1, low: 2)
        let byName = message { () throws(VirtError) in _ = try registry.domain(named: "x") }
        #expect(byName == "Domain not found: no domain with matching name 'x'")
        let byID = message { () throws(VirtError) in _ = try registry.domain(id: 5) }
        #expect(byID == "Domain not found: no domain with matching id 5")
        let reference = DomainReference(name: "x", uuid: uuid)
        let byReference = message { () throws(VirtError) in _ = try registry.domain(reference) }
        #expect(byReference == "Domain not found: no domain with matching uuid '\(uuid)' (x)")
    }

    @Test("name and identity can't be taken apart")
    func conflicts() throws {
        let uuid = UUID.random()
        #expect(try add(Entry("a", uuid)))
        #expect(try !add(Entry("a", uuid)))
        let name = message { () throws(VirtError) in try add(Entry("a")) }
        #expect(name == "operation failed: domain 'a' already exists with uuid \(uuid)")
        let identity = message { () throws(VirtError) in try add(Entry("b", uuid)) }
        #expect(identity == "operation failed: domain 'a' is already defined with uuid \(uuid)")
    }

    @Test("while a domain changes its name nobody else can have either, and afterwards the old one is free")
    func rename() throws {
        let (a, b) = (Entry("a"), Entry("b"))
        try add(a)
        try add(b)
        let uuid = a.facts.reference.uuid
        #expect(throws: VirtError.self) { try registry.claim("b", for: uuid) }
        try registry.claim("c", for: uuid)
        #expect(throws: VirtError.self) { try add(Entry("a")) }
        #expect(throws: VirtError.self) { try add(Entry("c")) }
        registry.release("a", of: uuid)
        #expect(registry["c"] === a)
        #expect(registry["a"] == nil)
        try add(Entry("a"))
    }

    @Test("a place that is taken is no domain before something is defined or runs there")
    func reserved() throws {
        let entry = Entry("a", isPersistent: false)
        try add(entry)
        #expect(registry["a"] == nil)
        #expect(registry[entry.facts.reference.uuid] == nil)
        #expect(registry.list([]).isEmpty)
        #expect(throws: VirtError.self) { try add(Entry("a")) }
    }

    @Test("two spellings of one letter are two names")
    func spellings() throws {
        let (composed, decomposed) = (Entry("\u{E9}"), Entry("e\u{301}"))
        try add(composed)
        #expect(try add(decomposed))
        #expect(registry["\u{E9}"] === composed && registry["e\u{301}"] === decomposed)
        try registry.claim("K", for: composed.facts.reference.uuid)
        #expect(registry["\u{212A}"] == nil && registry["K"] === composed)
        registry.remove(decomposed.facts.reference.uuid, name: "e\u{301}")
        #expect(registry["\u{E9}"] != nil)
    }

    @Test("numbers grow, and start above those that run already")
    func numbers() {
        registry.noteID(7)
        registry.noteID(3)
        #expect(registry.nextID() == 8)
        #expect(registry.nextID() == 9)
    }

    @Test("each group of filters must hold, and within a group one of those chosen")
    func filters() throws {
        try add(Entry("off"))
        try add(Entry("auto", isAutostarted: true))
        try add(Entry("run", id: 1, state: .running))
        try add(Entry("pause", id: 2, state: .paused, isPersistent: false))
        try add(Entry("crash", id: 3, state: .crashed))
        func names(_ flags: ConnectListAllDomainsFlags) -> [String] {
            registry.list(flags).map(\.name).sorted()
        }
        #expect(names([]).count == 5)
        #expect(names(.active) == ["crash", "pause", "run"])
        #expect(names([.active, .inactive]).count == 5)
        #expect(names([.running, .paused]) == ["pause", "run"])
        #expect(names([.running, .paused, .persistent]) == ["run"])
        #expect(names(.other) == ["crash"])
        #expect(names([.inactive, .autostart]) == ["auto"])
        #expect(names([.inactive, .running]) == [])
        #expect(names([.hasSnapshot]) == [])
        #expect(names([.managedsave, .noManagedsave]).count == 5)
        #expect(registry.activeIDs.sorted() == [1, 2, 3])
        #expect(registry.inactiveNames.sorted() == ["auto", "off"])
    }

    @Test("a list knows all flags that there are")
    func flags() { #expect(ConnectListAllDomainsFlags.all.rawValue == 0xFFFF) }
}
