import Testing

@testable import LinuxSystem

/// What is heard of devices.
@Suite struct DeviceChangeTests {
    private static let properties =
        "ACTION=move\0DEVPATH=/devices/a/b\0SUBSYSTEM=net\0DEVPATH_OLD=/devices/a/old\0"
    private static let moved = DeviceChange(
        action: "move", path: "/sys/devices/a/b", formerPath: "/sys/devices/a/old")

    /// As udev sends it on: a word, a sign, the sizes of its parts, and the properties.
    private func message(sign: UInt32 = 0xFEED_CAFE, start: UInt32 = 40, length: UInt32? = nil) -> [UInt8] {
        let properties = Array(Self.properties.utf8)
        let numbers = [sign.bigEndian, 40, start, length ?? UInt32(properties.count)].flatMap { $0.bytes }
        return Array("libudev\0".utf8) + numbers + [UInt8](repeating: 0, count: 16) + properties
    }

    @Test("the kernel's packets and udev's say the same")
    func both() {
        #expect(DeviceChange(Array(("move@/devices/a/b\0" + Self.properties).utf8)) == Self.moved)
        #expect(DeviceChange(message()) == Self.moved)
    }

    @Test("a packet that isn't whole, or another's, says nothing")
    func others() {
        for packet in [
            [], [0], Array("move@/devices/a\0".utf8), Array("hello\0ACTION=add\0DEVPATH=/a\0".utf8),
        ] {
            #expect(DeviceChange(packet) == nil)
        }
        #expect(DeviceChange(message(sign: 1)) == nil)
        #expect(DeviceChange(message(start: .max)) == nil)
        #expect(DeviceChange(message(length: 3)) == nil)
        #expect(DeviceChange(message(length: .max)) == Self.moved)
        for length in 0..<24 { #expect(DeviceChange(Array(message().prefix(length))) == nil) }
    }
}
