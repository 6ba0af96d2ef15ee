import LinuxSystem
import Testing
import Virt
import VirtXML

@testable import DriverKit

@Suite("A domain's snapshots")
struct MomentTreeTests {
    private func snapshot(_ name: String, on parent: String? = nil, _ state: String = "shutoff")
        -> SnapshotDefinition
    {
        var made = SnapshotDefinition()
        (made.name, made.parent, made.state, made.creationTime) = (name, parent, state, 1)
        return made
    }

    private func tree(_ snapshots: SnapshotDefinition...) -> MomentTree<SnapshotDefinition> {
        var tree = MomentTree<SnapshotDefinition>()
        for made in snapshots { tree.put(made) }
        return tree
    }

    @Test("lists have each behind what it stands on, the newest branch first")
    func order() {
        let made = tree(
            snapshot("a"), snapshot("b", on: "a"), snapshot("c", on: "b"), snapshot("d", on: "a"),
            snapshot("e"))
        #expect(made.list(from: nil, 0) == ["e", "a", "d", "b", "c"])
        #expect(made.list(from: nil, 1) == ["e", "a"])
        #expect(made.list(from: "a", 0) == ["d", "b"])
        #expect(made.list(from: "a", 1) == ["d", "b", "c"])
    }

    @Test("flags of one question choose what one of them says")
    func filters() {
        var outer = snapshot("d", "disk-snapshot")
        outer.memory = SnapshotDefinition.Memory()
        var disk = SnapshotDefinition.Disk()
        (disk.name, disk.snapshot) = ("vda", .external)
        outer.disks = [disk]
        let made = tree(snapshot("a"), snapshot("b", on: "a", "running"), outer)
        func names(_ flags: DomainSnapshotListFlags) -> [String] {
            made.list(from: nil, flags.rawValue).sorted()
        }
        #expect(names(.inactive) == ["a"])
        #expect(names([.inactive, .active]) == ["a", "b"])
        #expect(names(.diskOnly) == ["d"])
        #expect(names(.external) == ["d"])
        #expect(names([.internal, .leaves]) == ["b"])
        #expect(names(.noLeaves) == ["a"])
        #expect(names(.noMetadata) == [])
    }

    @Test("what stands on one that is removed stands on what that stood on, and so does the domain")
    func remove() {
        var made = tree(snapshot("a"), snapshot("b", on: "a"), snapshot("c", on: "b"))
        made.setCurrent("b")
        let changed = made.remove("b")
        #expect(changed.map(\.name) == ["c"])
        #expect(made.parent(of: "c") == "a")
        #expect(made.current == "a")
        _ = made.remove("a")
        #expect(made.current == nil)
        #expect(made.parent(of: "c") == nil)
    }

    @Test("records that stand on each other have no end, and are looked through all the same")
    func circle() {
        let made = tree(snapshot("a", on: "b"), snapshot("b", on: "a"))
        #expect(made.descendants(of: nil) == [])
        #expect(made.isDescendant("a", of: "b"))
        #expect(!made.isDescendant("a", of: "c"))
        #expect(made.descendants(of: "a").count <= 2)
    }

    @Test("names that no file can have are refused")
    func names() {
        for name in ["a/b", ".a", "..", String(repeating: "x", count: 300), "a\u{1}"] {
            #expect(throws: VirtError.self) {
                try SnapshotDefinition.kind.check(name: name, from: .qemu)
            }
        }
        #expect(throws: Never.self) { try SnapshotDefinition.kind.check(name: "a b", from: .qemu) }
    }

    @Test("records are found again, and of two that are current the one written later is")
    func records() throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-moments-")
        defer { try? FileSystem.removeTree(folder) }
        let store = MomentStore<SnapshotDefinition>(folder: folder, origin: .qemu)
        for name in ["one", "two"] {
            var made = snapshot(name)
            made.active = true
            try store.save(made, of: "guest")
        }
        try FileSystem.replace(folder + "/guest/broken.xml", with: "<domainsnapshot>")
        try FileSystem.replace(
            folder + "/guest/other.xml", with: "<domainsnapshot><name>x</name></domainsnapshot>")
        let found = store.load("guest")
        #expect(found.tree.current == "two")
        #expect(found.tree.count == 2)
        #expect(found.problems.count == 2)
        try store.rename("guest", to: "other")
        #expect(store.load("guest").tree.isEmpty)
        try store.removeAll(of: "other")
        #expect(store.domains() == [])
    }
}
