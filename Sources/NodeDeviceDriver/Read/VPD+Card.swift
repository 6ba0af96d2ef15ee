import ByteText
import VirtXML

extension VPD {
    /// What a card's maker wrote into it, from the card's own memory; nil where that isn't whole.
    init?(card bytes: [UInt8]) {
        self.init()
        var rest = bytes[...]
        var isChecked = false
        while let resource = Resource(&rest, whole: bytes) {
            switch resource.tag {
            case 0x02: name = resource.text
            case 0x10:
                guard let fields = Fields(resource, .readonly, card: bytes) else { return nil }
                self.fields.append(fields)
                isChecked = true
            case 0x11:
                guard let fields = Fields(resource, .readwrite, card: bytes) else { return nil }
                self.fields.append(fields)
            default: break
            }
        }
        if !isChecked || name == nil { return nil }
    }
}

/// One part of the card's memory.
private struct Resource {
    let tag: UInt8
    let content: ArraySlice<UInt8>

    /// Takes the next one; nil at the end, and where the memory ends within it.
    init?(_ rest: inout ArraySlice<UInt8>, whole: [UInt8]) {
        guard let first = rest.first else { return nil }
        let isLong = first & 0x80 != 0
        let tag = isLong ? first & 0x7F : first >> 3 & 0xF
        if !isLong, tag == 0x0F { return nil }
        let head = isLong ? 3 : 1
        guard rest.count >= head else { return nil }
        let start = rest.startIndex
        let length = isLong ? Int(rest[start + 1]) | Int(rest[start + 2]) << 8 : Int(first & 7)
        guard rest.count >= head + length else { return nil }
        self.tag = tag
        content = rest.dropFirst(head).prefix(length)
        rest = rest.dropFirst(head + length)
    }

    var text: String { String(decoding: content, as: UTF8.self).trimmedAtEnds }
}

extension VPD.Fields {
    /// - Parameter card: the whole memory, of which a sum is kept.
    fileprivate init?(_ resource: Resource, _ access: Access, card: [UInt8]) {
        self.init()
        self.access = access
        var rest = resource.content
        while rest.count >= 3 {
            let start = rest.startIndex
            let (first, second, length) = (rest[start], rest[start + 1], Int(rest[start + 2]))
            guard rest.count >= 3 + length else { return nil }
            let value = rest.dropFirst(3).prefix(length)
            if first == UInt8(ascii: "R"), second == UInt8(ascii: "V") {
                // All bytes up to here are 0 in sum.
                guard let last = value.indices.first else { return nil }
                if card[...last].reduce(0 as UInt8, &+) != 0 { return nil }
                return
            }
            if first == UInt8(ascii: "R"), second == UInt8(ascii: "W") { return }
            take(first, second, value)
            rest = rest.dropFirst(3 + length)
        }
        if access == .readonly { return nil }
    }

    /// Keeps a field by its two letters, if it is one that is shown and text.
    private mutating func take(_ first: UInt8, _ second: UInt8, _ bytes: ArraySlice<UInt8>) {
        guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return }
        let value = String(decoding: bytes, as: UTF8.self).trimmedAtEnds
        let key = String(decoding: [first, second], as: UTF8.self)
        switch (access, key) {
        case (.readonly, "EC"): changeLevel = value
        case (.readonly, "MN"): manufactureID = value
        case (.readonly, "PN"): partNumber = value
        case (.readonly, "SN"): serialNumber = value
        case (.readwrite, "YA"): assetTag = value
        default:
            var field = VPD.Field()
            (field.index, field.value) = (String(decoding: [second], as: UTF8.self), value)
            guard second.isAlphanumeric else { return }
            if first == UInt8(ascii: "V") { vendorFields.append(field) }
            if first == UInt8(ascii: "Y"), access == .readwrite { systemFields.append(field) }
        }
    }
}

extension String {
    fileprivate var trimmedAtEnds: String { String(trimmingBlanks()) }
}
