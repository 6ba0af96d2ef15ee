import Testing
import XMLBinding

@testable import VirtXML

@Suite("Disks of a snapshot")
struct SnapshotDisksTests {
    private func domain() throws -> DomainDefinition {
        try DomainDefinition(
            xml: """
                <domain type='qemu'><name>a</name><memory>1024</memory><os><type>hvm</type></os><devices>
                <disk type='file' device='disk'><source file='/x/a.qcow2'/><target dev='vda'/></disk>
                <disk type='file' device='disk'><source file='/x.d/b'/><target dev='vdb'/></disk>
                <disk type='file' device='cdrom'><target dev='sda'/><readonly/></disk></devices></domain>
                """, options: .inactive)
    }

    private func aligned(
        _ disks: String, _ location: DiskDevice.SnapshotLocation, isUniform: Bool = false
    ) throws -> SnapshotDefinition {
        var made = try SnapshotDefinition(
            xml: "<domainsnapshot><disks>\(disks)</disks></domainsnapshot>", options: .inactive)
        try made.alignDisks(with: domain(), default: location, isUniform: isUniform)
        return made
    }

    @Test("those that aren't named are kept as the rest, but for empty drives")
    func align() throws {
        let made = try aligned("<disk name='/x.d/b' snapshot='no'/>", .external)
        let locations = Dictionary(uniqueKeysWithValues: made.disks.map { ($0.name, $0.snapshot) })
        #expect(locations == ["vda": .external, "vdb": .no, "sda": .no])
    }

    @Test(
        "what can't be is refused",
        arguments: [
            "<disk name='vdz'/>", "<disk name='vda'/><disk name='vda'/>", "<disk name='vda' snapshot='no'/>",
        ])
    func refuse(_ disks: String) {
        #expect(throws: XMLError.self) { try aligned(disks, .internal, isUniform: true) }
    }

    @Test("files stand beside the images that there are")
    func files() throws {
        var made = try aligned("", .external)
        try made.nameFiles(of: domain(), ending: "s") { _ in true }
        #expect(Set(made.disks.map(\.source?.path)) == ["/x/a.s", "/x.d/b.s", nil])
        var other = try aligned("", .external)
        #expect(throws: XMLError.self) { try other.nameFiles(of: domain(), ending: "s") { _ in false } }
        #expect(throws: XMLError.self) { try other.nameFiles(of: domain(), ending: "a/b") { _ in true } }
    }
}
