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
        case "scsi", "sata":
            return named("drive", ["controller", "bus", "unit"], try decimal(fields, count: 3))
        case "ide":
            return named("drive", ["controller", "bus", "target", "unit"], try decimal(fields, count: 4))
        default: throw Failure("Invalid address.")
        }
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
