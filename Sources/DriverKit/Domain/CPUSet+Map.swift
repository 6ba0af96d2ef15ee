import VirtXML

extension CPUSet {
    /// The set whose bits are given, the lowest first; those from `limit` on don't count.
    public init(map: [UInt8], below limit: Int) {
        self.init(
            (0..<min(map.count * 8, max(0, limit))).filter { map[$0 / 8] & 1 << UInt8($0 % 8) != 0 })
    }

    /// The set as so many bytes, the lowest bit first.
    public func map(length: Int) -> [UInt8] {
        (0..<max(0, length)).map { byte in
            (0..<8).reduce(UInt8(0)) { contains(8 * byte + $1) ? $0 | 1 << UInt8($1) : $0 }
        }
    }
}
