import Testing

@testable import QEMUModel

@Suite("Where huge pages are mounted")
struct HugepageMountTests {
    @Test("one place for each size, the usual size marked, spaces in paths understood")
    func mounts() {
        let text = """
            proc /proc proc rw 0 0
            hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0
            none /mnt/one\\040gig hugetlbfs rw,pagesize=1G 0 0
            none /mnt/again hugetlbfs rw,pagesize=2M 0 0
            none /mnt/small hugetlbfs rw,pagesize=64K 0 0

            """
        #expect(
            HugepageMount.found(in: text, defaultSize: 2048) == [
                HugepageMount(pageSize: 2048, folder: "/dev/hugepages", isDefault: true),
                HugepageMount(pageSize: 1_048_576, folder: "/mnt/one gig"),
                HugepageMount(pageSize: 64, folder: "/mnt/small"),
            ])
    }

    @Test("without a size the usual one is meant; a line that says nothing is passed over")
    func odd() {
        let huge = "none /x hugetlbfs rw,pagesize=18446744073709551615G 0 0"
        let text = "none /huge hugetlbfs rw 0 0\n\(huge)\nhugetlbfs"
        #expect(
            HugepageMount.found(in: text, defaultSize: 16384) == [
                HugepageMount(pageSize: 16384, folder: "/huge", isDefault: true)
            ])
        #expect(HugepageMount.found(in: text, defaultSize: nil).isEmpty)
    }
}
