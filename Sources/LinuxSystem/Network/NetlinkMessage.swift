/// A message to the kernel's routing tables: a fixed part, and attributes of a number and a value each.
struct NetlinkMessage {
    let type: UInt16
    let flags: UInt16
    private(set) var payload: [UInt8]

    /// - Parameter header: the fixed part, of the structure that the kind of message begins with.
    init(_ type: UInt16, flags: UInt16 = 0, header: [UInt8]) {
        (self.type, self.flags, payload) = (type, flags, header)
    }

    mutating func add(_ attribute: UInt16, _ value: some Collection<UInt8>) {
        payload += UInt16(4 + value.count).bytes + attribute.bytes + value
        payload += [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
    }

    mutating func add(_ attribute: UInt16, _ value: UInt32) { add(attribute, value.bytes) }
    /// Text, which ends with a NUL.
    mutating func add(_ attribute: UInt16, _ value: String) { add(attribute, Array(value.utf8) + [0]) }

    /// Attributes within an attribute.
    mutating func add(_ attribute: UInt16, _ body: (inout NetlinkMessage) -> Void) {
        var inner = NetlinkMessage(type, header: [])
        body(&inner)
        add(attribute | 0x8000, inner.payload)
    }

    /// As it's sent: with the kernel's header before it.
    func bytes(sequence: UInt32) -> [UInt8] {
        UInt32(16 + payload.count).bytes + type.bytes + flags.bytes + sequence.bytes + UInt32(0).bytes
            + payload
    }
}

/// A message of the kernel's.
struct NetlinkReply {
    let type: UInt16
    let sequence: UInt32
    let payload: ArraySlice<UInt8>

    /// The messages in a packet; what is cut short is left out.
    static func all(in packet: [UInt8]) -> [NetlinkReply] {
        var (found, rest) = ([NetlinkReply](), packet[...])
        while let length = rest.number(at: 0, UInt32.self), length >= 16, length <= rest.count,
            let type = rest.number(at: 4, UInt16.self), let sequence = rest.number(at: 8, UInt32.self)
        {
            let message = rest.prefix(Int(length))
            found.append(NetlinkReply(type: type, sequence: sequence, payload: message.dropFirst(16)))
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        }
        return found
    }

    /// The attributes behind a fixed part of `length` bytes, by their numbers.
    func attributes(after length: Int) -> [UInt16: ArraySlice<UInt8>] {
        Self.attributes(in: payload.dropFirst(length))
    }

    /// The attributes within an attribute.
    static func attributes(in bytes: ArraySlice<UInt8>) -> [UInt16: ArraySlice<UInt8>] {
        var (found, rest) = ([UInt16: ArraySlice<UInt8>](), bytes)
        while let length = rest.number(at: 0, UInt16.self), length >= 4, length <= rest.count,
            let type = rest.number(at: 2, UInt16.self)
        {
            found[type & 0x3FFF] = rest.prefix(Int(length)).dropFirst(4)
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        }
        return found
    }
}

extension FixedWidthInteger {
    /// In the order of this machine, as the kernel has them.
    var bytes: [UInt8] { Swift.withUnsafeBytes(of: self) { Array($0) } }
}

extension ArraySlice<UInt8> {
    /// The number at a place counted from the slice's start; nil where it isn't whole.
    func number<Number: FixedWidthInteger>(at offset: Int, _ type: Number.Type) -> Number? {
        guard count >= offset + MemoryLayout<Number>.size else { return nil }
        var number = Number.zero
        let bytes = dropFirst(offset).prefix(MemoryLayout<Number>.size)
        Swift.withUnsafeMutableBytes(of: &number) { $0.copyBytes(from: bytes) }
        return number
    }

    /// Text up to its NUL.
    var text: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }
}
