extension XDRCoder {
    /// A list of at most `max` values.
    @inlinable
    public mutating func values<T: XDRValue>(_ list: inout [T], max: Int) throws(XDRError) {
        try self.list(&list, max: max, empty: T()) { (x: inout XDRCoder, item: inout T) throws(XDRError) in
            try item.code(&x)
        }
    }

    /// A list of strings.
    public mutating func strings(_ list: inout [String], max: Int) throws(XDRError) {
        try self.list(&list, max: max, empty: "") {
            (x: inout XDRCoder, item: inout String) throws(XDRError) in
            try x.string(&item)
        }
    }

    /// A list of signed 32-bit numbers.
    public mutating func int32s(_ list: inout [Int32], max: Int) throws(XDRError) {
        try self.list(&list, max: max, empty: 0) { (x: inout XDRCoder, item: inout Int32) throws(XDRError) in
            try x.int32(&item)
        }
    }

    /// A list of 32-bit numbers.
    public mutating func uint32s(_ list: inout [UInt32], max: Int) throws(XDRError) {
        try self.list(&list, max: max, empty: 0) { (x: inout XDRCoder, item: inout UInt32) throws(XDRError) in
            try x.uint32(&item)
        }
    }

    /// A list of 64-bit numbers.
    public mutating func uint64s(_ list: inout [UInt64], max: Int) throws(XDRError) {
        try self.list(&list, max: max, empty: 0) { (x: inout XDRCoder, item: inout UInt64) throws(XDRError) in
            try x.uint64(&item)
        }
    }

    /// A list of characters, four bytes each.
    public mutating func int8s(_ list: inout [Int8], max: Int) throws(XDRError) {
        try self.list(&list, max: max, empty: 0) { (x: inout XDRCoder, item: inout Int8) throws(XDRError) in
            try x.int8(&item)
        }
    }

    /// A list whose items `code` reads or writes; every item takes at least four bytes.
    @inlinable
    public mutating func list<T>(
        _ list: inout [T], max: Int, empty: T, _ code: (inout XDRCoder, inout T) throws(XDRError) -> Void
    ) throws(XDRError) {
        let count = try lengthOfList(list.count, max: max)
        guard isReading else {
            for var item in list { try code(&self, &item) }
            return
        }
        list.removeAll(keepingCapacity: true)
        list.reserveCapacity(count)
        for _ in 0..<count {
            var item = empty
            try code(&self, &item)
            list.append(item)
        }
    }

    /// The length word of a list.
    @usableFromInline
    mutating func lengthOfList(_ count: Int, max: Int) throws(XDRError) -> Int {
        try length(count, max: max, itemSize: 4)
    }
}
