import ByteText
import Virt

/// A way to number the keys of a keyboard: libvirt's `virKeycodeSet`.
package enum KeyCodeset: UInt32, Sendable {
    case linux, xt, atset1, atset2, atset3, osX, xtKeyboard, usb, win32, qnum

    /// Its name in messages.
    private var name: String {
        switch self {
        case .linux: "linux"
        case .xt: "xt"
        case .atset1: "atset1"
        case .atset2: "atset2"
        case .atset3: "atset3"
        case .osX: "os_x"
        case .xtKeyboard: "xt_kbd"
        case .usb: "usb"
        case .win32: "win32"
        case .qnum: "qnum"
        }
    }

    /// The key of a code, as QEMU counts keys.
    package func key(_ code: UInt32) throws(VirtError) -> UInt32 {
        if self == .qnum { return code }
        if let key = Self.tables[self == .atset1 ? .xt : self]?[code] { return key }
        throw VirtError(
            .internalError, "cannot translate keycode \(code) of \(name) codeset to qnum keycode",
            from: .qemu)
    }

    private static let tables: [KeyCodeset: [UInt32: UInt32]] = [
        .linux: read(KeyTables.linux), .xt: read(KeyTables.xt), .atset2: read(KeyTables.atset2),
        .atset3: read(KeyTables.atset3), .osX: read(KeyTables.osX),
        .xtKeyboard: read(KeyTables.xtKeyboard), .usb: read(KeyTables.usb),
        .win32: read(KeyTables.win32),
    ]

    private static func read(_ text: String) -> [UInt32: UInt32] {
        var table: [UInt32: UInt32] = [:]
        for entry in text.splitAtBlanks() {
            let sides = entry.split(atByte: "=")
            guard sides.count == 2 else { continue }
            let codes = sides[0].split(atByte: "+").compactMap { UInt32($0) }
            let isSame = sides[1].hasByteSuffix("!")
            guard let first = codes.first, let key = UInt32(isSame ? sides[1].dropLast() : sides[1]) else {
                continue
            }
            for more in 0...(codes.count > 1 ? codes[1] : 0) {
                table[first + more] = key + (isSame ? 0 : more)
            }
        }
        return table
    }
}
