import LinuxSystem
import Synchronization

/// The names of PCI devices and their makers, from the list that distributions install. The list is looked through once for
/// each device that there is.
final class PCINames: Sendable {
    /// The names of a maker and of a product; nil for what the list doesn't have.
    struct Names: Sendable {
        var vendor: String?
        var product: String?
    }

    private let known = Mutex<[UInt32: Names]>([:])
    private let paths: [String]

    /// - Parameter paths: where the list may be.
    init(paths: [String]) { self.paths = paths }

    /// The names for two numbers of 16 bits each.
    func names(_ vendor: UInt32, _ product: UInt32) -> (vendor: String?, product: String?) {
        let key = vendor << 16 | product & 0xFFFF
        let names = known.withLock { known in
            if let names = known[key] { return names }
            let names = find(vendor, product)
            known[key] = names
            return names
        }
        return (names.vendor, names.product)
    }

    /// A line that begins with four digits names a maker; those behind it, after a tab, its products.
    private func find(_ vendor: UInt32, _ product: UInt32) -> Names {
        let text = paths.lazy.compactMap { try? FileSystem.read($0, limit: 16 << 20) }.first ?? []
        let (maker, thing) = (Self.start(vendor), [0x09] + Self.start(product))
        var names = Names()
        text.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
                let line = rest[rest.startIndex..<end]
                rest = rest[min(end + 1, rest.endIndex)...]
                if names.vendor == nil {
                    if line.starts(with: maker) { names.vendor = Self.name(line, maker) }
                } else if line.starts(with: thing) {
                    names.product = Self.name(line, thing)
                    return
                } else if let first = line.first, first != 0x09, first != UInt8(ascii: "#") {
                    return
                }
            }
        }
        return names
    }

    private static func name(_ line: Slice<UnsafeRawBufferPointer>, _ start: [UInt8]) -> String {
        String(decoding: line.dropFirst(start.count), as: UTF8.self)
    }

    /// What the line of a number begins with.
    private static func start(_ number: UInt32) -> [UInt8] {
        let digits = String(number, radix: 16)
        return Array((String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + "  ").utf8)
    }
}
