import Testing
import Virt

@testable import QEMUModel

@Suite("Codes of keys")
struct KeyCodesetTests {
    @Test("a key has a code in each codeset, and one number for QEMU")
    func keys() throws {
        #expect(try KeyCodeset.linux.key(30) == 30)
        #expect(try KeyCodeset.linux.key(103) == 200)
        #expect(try KeyCodeset.usb.key(4) == 30)
        #expect(try KeyCodeset.osX.key(0) == 30)
        #expect(try KeyCodeset.win32.key(0x41) == 30)
        #expect(try KeyCodeset.xt.key(30) == KeyCodeset.atset1.key(30))
        #expect(try KeyCodeset.atset2.key(0x1C) == 30)
        #expect(try KeyCodeset.qnum.key(54_321) == 54_321)
    }

    @Test("a code that no key has is refused", arguments: [9999, UInt32.max])
    func unknown(code: UInt32) {
        #expect(throws: VirtError.self) { try KeyCodeset.linux.key(code) }
    }
}
