import ByteText

/// The place of a device as a person writes it: `pci:0000.00.11.0`, `usb:1.2`, `ccw:fe.0.0000`, `scsi:0.0.0`.
enum DeviceAddressText {
    /// The attributes of the `address` element.
    static func attributes(_ text: String, isMultifunction: Bool) throws -> [XMLLines.Attribute] {
        let parts = text.split(atByte: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = parts.first, let rest = parts.dropFirst().first else {
            throw Failure("Invalid address.")
        }
        let fields = rest.split(atByte: ".", omittingEmptySubsequences: false).map { String($0) }
        switch kind {
        case "pci":
            let place = try hex(fields, digits: [4, 2, 2, 1])
            return named("pci", ["domain", "bus", "slot", "function"], place)
                + [("multifunction", isMultifunction ? "on" : nil)]
        case "ccw": return named("ccw", ["cssid", "ssid", "devno"], try hex(fields, digits: [2, 1, 4]))
        case "usb": return named("usb", ["bus", "port"], try decimal(fields, count: 2))
        case "scsi", "sata", "ide":
            return named("drive", ["controller", "bus", "unit"], try decimal(fields, count: 3))
        default: throw Failure("Invalid address.")
        }
    }

    /// Throws if a disk with that name in the guest can't be where the text says.
    static func check(_ text: String, fitsTarget target: String) throws {
        let rules: [(prefix: String, kinds: [String], expected: String)] = [
            ("vd", ["pci", "ccw"], "a pci:0000.00.00.00 or ccw:00.0.0000"),
            ("sd", ["scsi", "usb", "sata"], "a scsi:00.00.00 or usb:00.00 or sata:00.00.00"),
            ("hd", ["ide"], "an ide:00.00.00"),
        ]
        guard let rule = rules.first(where: { target.hasBytePrefix($0.prefix) }),
            !rule.kinds.contains(where: { text.hasBytePrefix($0 + ":") })
        else { return }
        throw Failure("expecting \(rule.expected) address.")
    }

    private static func named(_ type: String, _ names: [String], _ values: [String]) -> [XMLLines.Attribute] {
        [("type", type)] + zip(names, values).map { ($0, Optional($1)) }
    }

    private static func decimal(_ fields: [String], count: Int) throws -> [String] {
        try numbers(fields, count: count, radix: 10).map { String($0) }
    }

    private static func hex(_ fields: [String], digits: [Int]) throws -> [String] {
        zip(try numbers(fields, count: digits.count, radix: 16), digits).map { number, digits in
            let text = String(number, radix: 16)
            return "0x" + String(repeating: "0", count: max(0, digits - text.count)) + text
        }
    }

    private static func numbers(_ fields: [String], count: Int, radix: Int) throws -> [UInt32] {
        let found = fields.compactMap {
            UInt32($0.droppingBytePrefix("0x") ?? $0[...], radix: radix)
        }
        guard found.count == count, fields.count == count else { throw Failure("Invalid address.") }
        return found
    }
}
