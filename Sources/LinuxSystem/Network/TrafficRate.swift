/// A rate as the kernel's traffic control is told it: with the time that packets take at it, in ticks of 64 nanoseconds.
struct TrafficRate {
    /// In bytes a second; at least one.
    let value: UInt64

    init(_ value: UInt64) { self.value = max(1, value) }

    /// How long so many bytes take. Whole microseconds count, as with the program `tc`, so that both mean the same.
    func ticks(for bytes: UInt64) -> UInt32 {
        let microseconds = (1e6 * (Double(bytes) / Double(value))).rounded(.down)
        return UInt32(min(microseconds, 2.7e8) * 15.625)
    }

    /// The kernel's structure of a rate. Packets are Ethernet's, so the kernel works out by itself what goes on the line.
    ///
    /// - Parameter cell: how lengths stand in the table of times: by this power of two.
    func specification(cell: UInt8) -> [UInt8] {
        [cell, 1, 0, 0, 0xFF, 0xFF, 0, 0] + UInt32(clamping: value).bytes
    }

    /// How long packets of each length up to one take, in 256 steps; and the power of two that a step is.
    func table(longest: UInt64) -> (cell: UInt8, bytes: [UInt8]) {
        var cell: UInt8 = 0
        while longest >> cell > 255 { cell += 1 }
        return (cell, (1...256).flatMap { ticks(for: UInt64($0) << cell).bytes })
    }
}
