import Glibc

extension TrafficLink {
    /// Whom IPv4 packets to a guest's address belong to. Filters have the turn and the numbers that libvirt gives them.
    func lead(_ address: [UInt8], to id: UInt32) throws(SystemError) {
        guard address.count == 6 else { return }
        let keys: [FilterKey] = [
            // The address stands before the packet, as far as the kernel's filter counts: words that are read from there.
            FilterKey(mask: [0, 0, 0xFF, 0xFF], value: [0, 0, 8, 0], at: -4),
            FilterKey(mask: [0xFF, 0xFF, 0xFF, 0xFF], value: Array(address[2...]), at: -12),
            FilterKey(mask: [0, 0, 0xFF, 0xFF], value: [0, 0] + address[..<2], at: -16),
        ]
        try carryOut(
            .newFilter, "u32", handle: Self.filter(id), parent: 0, info: 2 << 16 | 8, isNew: true
        ) { options in
            options.add(1, 0x10000 | id)
            options.add(5, keys.selector)
        }
    }

    func leadNoMore(to id: UInt32) throws(SystemError) {
        try carryOut(.deleteFilter, "u32", handle: Self.filter(id), parent: 0, info: 2 << 16)
    }

    private static func filter(_ id: UInt32) -> UInt32 { 0x8000_0800 | id }

    /// Leaves so much to those that are promised nothing.
    func leave(_ rest: UInt64, of limit: TrafficControl.Limit) throws(SystemError) {
        let bucket = Bucket(
            rate: rest, ceiling: limit.peak ?? limit.average,
            quantum: TrafficControl.Limit.quantum(limit.average))
        try put(bucket, 2, in: nil, isNew: false)
    }

    func missingIsFine(_ body: () throws(SystemError) -> Void) throws(SystemError) {
        do throws(SystemError) { try body() } catch {
            if error.errno != ENOENT { throw error }
        }
    }
}

/// Four bytes of a packet that a filter looks at.
private struct FilterKey {
    var mask: [UInt8]
    var value: [UInt8]
    /// Where they are, counted from the packet's own beginning.
    var at: Int32

    init(mask: [UInt8], value: [UInt8], at: Int32) { (self.mask, self.value, self.at) = (mask, value, at) }
}

extension [FilterKey] {
    /// The kernel's structure of what a packet must have, which ends the search.
    fileprivate var selector: [UInt8] {
        [1, 0, UInt8(clamping: count), 0] + [UInt8](repeating: 0, count: 12)
            + flatMap { $0.mask + $0.value + $0.at.bytes + Int32(0).bytes }
    }
}

extension TrafficControl.Limit {
    /// What a filter of all packets is told, so that it drops what comes faster than the average.
    func police(_ options: inout NetlinkMessage) {
        let (rate, longest) = (TrafficRate(average), UInt64(65536))
        let (cell, table) = rate.table(longest: longest)
        // What is too much is dropped.
        let numbers: [UInt32] = [0, 2, 0, rate.ticks(for: burst ?? average / 1000 * 1024), UInt32(longest)]
        options.add(6) { police in
            police.add(
                1,
                numbers.flatMap(\.bytes) + rate.specification(cell: cell) + [UInt8](repeating: 0, count: 24))
            police.add(2, table)
            if rate.value > UInt32.max { police.add(8, rate.value.bytes) }
        }
        options.add(1, UInt32(1))
        options.add(5, [FilterKey(mask: [0, 0, 0, 0], value: [0, 0, 0, 0], at: 0)].selector)
    }
}
