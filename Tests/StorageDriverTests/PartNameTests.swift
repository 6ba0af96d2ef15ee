import Testing

@testable import StorageDriver

@Suite struct PartNameTests {
    @Test func `a volume that is being made is told from all others by its name`() {
        #expect(PartName.isOne(PartName(for: "disk.qcow2").text))
        for name in [
            "disk.qcow2", ".hidden", ".x.part", "x.0123456789abcdef.part", ".0123456789abcdef.part",
            ".x.0123456789ABCDEF.part", ".x.0123456789abcdef.par",
        ] {
            #expect(!PartName.isOne(name))
        }
    }

    @Test func `the longest name leaves room for the rest`() {
        #expect(PartName(for: String(repeating: "é", count: 127)).text.utf8.count <= 255)
    }
}
