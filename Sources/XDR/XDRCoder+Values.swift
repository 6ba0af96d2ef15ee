extension XDRCoder {
    /// A signed 32-bit number.
    public mutating func int32(_ value: inout Int32) throws(XDRError) {
        var word = UInt32(bitPattern: value)
        try uint32(&word)
        value = Int32(bitPattern: word)
    }

    /// A signed 64-bit number ("hyper").
    public mutating func int64(_ value: inout Int64) throws(XDRError) {
        var word = UInt64(bitPattern: value)
        try uint64(&word)
        value = Int64(bitPattern: word)
    }

    /// A number that takes four bytes although it needs one ("char").
    public mutating func int8(_ value: inout Int8) throws(XDRError) {
        var word = Int32(value)
        try int32(&word)
        guard let narrow = Int8(exactly: word) else { throw .outOfRange(Int64(word)) }
        value = narrow
    }

    /// A number that takes four bytes although it needs one ("unsigned char").
    public mutating func uint8(_ value: inout UInt8) throws(XDRError) {
        var word = UInt32(value)
        try uint32(&word)
        guard let narrow = UInt8(exactly: word) else { throw .outOfRange(Int64(word)) }
        value = narrow
    }

    /// A number that takes four bytes although it needs two ("unsigned short").
    public mutating func uint16(_ value: inout UInt16) throws(XDRError) {
        var word = UInt32(value)
        try uint32(&word)
        guard let narrow = UInt16(exactly: word) else { throw .outOfRange(Int64(word)) }
        value = narrow
    }

    /// A floating-point number of 64 bits.
    public mutating func double(_ value: inout Double) throws(XDRError) {
        var word = value.bitPattern
        try uint64(&word)
        value = Double(bitPattern: word)
    }

    /// A truth value, sent as an "int"; whatever isn't zero is true.
    public mutating func bool(_ value: inout Bool) throws(XDRError) {
        var word: Int32 = value ? 1 : 0
        try int32(&word)
        value = word != 0
    }

    /// A string of at most `max` bytes.
    public mutating func string(_ value: inout String, max: Int = 4_194_304) throws(XDRError) {
        let count = try length(isReading ? 0 : value.utf8.count, max: max, itemSize: 1)
        if isReading { value = try text(count: count) } else { put(value) }
    }

    /// A string that may be absent.
    public mutating func optionalString(_ value: inout String?) throws(XDRError) {
        guard try presence(value != nil) else { return value = nil }
        var text = value ?? ""
        try string(&text)
        value = text
    }

    /// Opaque data of at most `max` bytes.
    public mutating func bytes(_ value: inout [UInt8], max: Int) throws(XDRError) {
        let count = try length(value.count, max: max, itemSize: 1)
        try raw(&value, count: count)
    }

    /// Text in a field of `count` characters, four bytes each; the rest is zero.
    public mutating func characters(_ value: inout String, count: Int) throws(XDRError) {
        var units = value.utf8.map { Int8(bitPattern: $0) }
        if units.count >= count { throw .tooLong(length: units.count, limit: count - 1) }
        units += Array(repeating: 0, count: count - units.count)
        for index in units.indices { try int8(&units[index]) }
        if isReading {
            value = String(decoding: units.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Another value.
    @inlinable
    public mutating func value<T: XDRValue>(_ value: inout T) throws(XDRError) { try value.code(&self) }

    /// A value that may be absent.
    @inlinable
    public mutating func optional<T: XDRValue>(_ value: inout T?) throws(XDRError) {
        guard try presence(value != nil) else { return value = nil }
        var present = value ?? T()
        try present.code(&self)
        value = present
    }

    /// The word that says whether an optional value follows: anything but 0, as the C library has it. Some clients, such as
    /// go-libvirt, put the 1 into another byte.
    public mutating func presence(_ isPresent: Bool) throws(XDRError) -> Bool {
        var word: Int32 = isPresent ? 1 : 0
        try int32(&word)
        return word != 0
    }
}
