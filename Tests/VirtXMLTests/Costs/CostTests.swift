import Synchronization
import Testing

@testable import VirtXML

/// Work that grows as what it is done to, and no faster.
@Suite struct CostTests {
    @Test("looking for what is there twice compares each element with few others, however many there are")
    func repeated() {
        for count in [1000, 2000, 64_000] {
            let work = Work()
            #expect((0..<count).map { Counted(value: $0, work: work) }.firstRepeated { $0 } == nil)
            #expect(work.hashes < count * 8)
            #expect(work.comparisons < count * 8)
        }
        #expect([3, 1, 2, 1, 3].firstRepeated { $0 } == 1)
    }

    @Test("the lowest free number, one after the other")
    func freeNumbers() {
        var numbers = FreeNumbers(from: 1)
        let taken = ([2, 3, 7, 7, nil] as [UInt32?]).map { numbers.take($0) }
        #expect(taken == [true, true, true, false, true])
        let lowest = (0..<4).map { _ in numbers.next() }
        #expect(lowest == [1, 4, 5, 6])
        let bounded = [7, 8].map { numbers.next(upTo: $0) }
        #expect(bounded == [nil, 8])
    }

    @Test("disks are where they would be had they been put in one after the other")
    func sortedDisks() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let disks = (0..<Int.random(in: 0...12, using: &random)).map { number in
                var disk = DiskDevice()
                disk.target.dev =
                    ["vda", "vdb", "sda", "sdb", "sdc", "hda", "odd", "vdaa"].randomElement() ?? ""
                disk.target.bus = [.virtio, .scsi, .sata, nil].randomElement() ?? nil
                disk.serial = "\(number)"
                return disk
            }
            var (sorted, inserted) = (DomainDevices(), DomainDevices())
            sorted.disks = disks
            sorted.sortDisks()
            for disk in disks { inserted.insert(disk) }
            #expect(sorted.disks == inserted.disks)
        }
    }

    @Test("sets of numbers are made of ranges, and taken apart again")
    func sets() {
        for _ in 0..<500 {
            let first = Int.random(in: 0...CPUSet.limit)
            let last = min(CPUSet.limit, first + Int.random(in: 0...300))
            let set = CPUSet(xml: "\(first)-\(last)")
            #expect(set?.members == Array(first...last))
            #expect(set == CPUSet(first...last))
        }
        #expect(CPUSet(xml: "0-\(CPUSet.limit)")?.count == CPUSet.limit + 1)
        #expect(CPUSet([1, 64]).isSuperset(of: CPUSet([64])))
        #expect(!CPUSet([1, 64]).isSuperset(of: CPUSet([65])))
        #expect(!CPUSet([1]).isSuperset(of: CPUSet([65])))
        var union = CPUSet([1])
        union.formUnion(CPUSet([200]))
        #expect(union.members == [1, 200])
        // More than any set needs says the same over and over.
        #expect(
            CPUSet(xml: Array(repeating: "0-\(CPUSet.limit)", count: 20_000).joined(separator: ",")) == nil)
    }
}

/// How often elements were looked at.
private final class Work: Sendable {
    private let counts = Mutex((hashes: 0, comparisons: 0))
    var hashes: Int { counts.withLock { $0.hashes } }
    var comparisons: Int { counts.withLock { $0.comparisons } }
    func hash() { counts.withLock { $0.hashes += 1 } }
    func compare() { counts.withLock { $0.comparisons += 1 } }
}

private struct Counted: Hashable {
    let value: Int
    let work: Work

    static func == (left: Counted, right: Counted) -> Bool {
        left.work.compare()
        return left.value == right.value
    }

    func hash(into hasher: inout Hasher) {
        work.hash()
        hasher.combine(value)
    }
}
