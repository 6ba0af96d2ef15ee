import LinuxSystem
import VirtXML

/// A PCI device's registers, as far as they could be read: the first 256 bytes, since each costs time.
struct PCIConfiguration {
    private let bytes: [UInt8]
    /// How many there are.
    private let size: UInt64
    /// Where what the device says of PCI Express begins.
    private let express: Int?

    init(_ device: SystemDevice) {
        let path = device.tree.root + device.path + "/config"
        bytes = (try? FileSystem.readStart(of: path, count: 256)) ?? []
        size = (try? FileSystem.status(of: path).size) ?? 0
        express = Self.express(in: bytes)
    }

    /// 1 for a bridge to another PCI bus, 2 for one to a CardBus.
    var headerType: UInt8 { (byte(0x0E) ?? 0) & 0x7F }

    /// Whether the device is on PCI Express: it says so, or has the registers that only such devices have.
    var isExpress: Bool { express != nil || size > 256 }

    /// What its link can do, and what it does; nothing for what is within the root complex.
    var links: [PCICapability.Link] {
        guard let express, let type = word(express + 2).map({ $0 >> 4 & 0xF }), type != 9, type != 10,
            let ability = word(express + 12), let port = byte(express + 15), let state = word(express + 18)
        else { return [] }
        var able = Self.link(.cap, ability)
        able.port = Int32(port)
        return [able, Self.link(.sta, state)]
    }

    private static func link(
        _ validity: PCICapability.Link.Validity, _ register: UInt16
    ) -> PCICapability.Link {
        let speeds = ["2.5", "5", "8", "16", "32", "64"]
        var link = PCICapability.Link()
        link.validity = validity
        link.width = UInt32(register >> 4 & 0x3F)
        let speed = Int(register & 0xF)
        link.speed = speeds.indices.contains(speed - 1) ? speeds[speed - 1] : nil
        return link
    }

    /// Follows the list of what the device can do. It is cut off where it is longer than it can be.
    private static func express(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= 64, bytes[0x06] & 0x10 != 0 else { return nil }
        var place = Int(bytes[0x34] & 0xFC)
        for _ in 0..<48 where place >= 0x40 && place + 1 < bytes.count {
            if bytes[place] == 0x10 { return place }
            place = Int(bytes[place + 1] & 0xFC)
        }
        return nil
    }

    private func byte(_ place: Int) -> UInt8? { bytes.indices.contains(place) ? bytes[place] : nil }

    private func word(_ place: Int) -> UInt16? {
        guard let low = byte(place), let high = byte(place + 1) else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }
}
