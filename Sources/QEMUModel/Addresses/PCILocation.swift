/// Where a PCI device stands in the guest.
struct PCILocation: Hashable, Comparable, CustomStringConvertible {
    var domain = 0
    var bus: Int
    var slot: Int
    var function = 0

    static func < (left: Self, right: Self) -> Bool {
        (left.domain, left.bus, left.slot, left.function)
            < (right.domain, right.bus, right.slot, right.function)
    }

    /// As libvirt writes it: `0000:00:02.0`.
    var description: String {
        "\(hex(domain, 4)):\(hex(bus, 2)):\(hex(slot, 2)).\(function)"
    }
}

/// Hexadecimal digits, at least `width` of them.
package func hex(_ value: some BinaryInteger, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
