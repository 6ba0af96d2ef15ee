import Testing

@testable import LinuxSystem

@Suite struct MemoryTests {
    @Test("code from a file is what can be given back")
    func code() {
        let line: Substring = "7f12a000-7f12f000 r-xp 00001000 08:01 4711      /usr/lib/libc.so.6"
        #expect(ThisProcess.codeRange(line) == 0x7f12_a000..<0x7f12_f000)
    }

    @Test(
        "what was or may be written, or is in no file, is not",
        arguments: [
            "7f12a000-7f12f000 r--p 00001000 08:01 4711 /usr/lib/libc.so.6",
            "7f12a000-7f12f000 rw-p 00001000 08:01 4711 /usr/lib/libc.so.6",
            "7f12a000-7f12f000 r-xp 00000000 00:00 0 [vdso]",
            "7f12a000-7f12f000 r-xp 00000000 00:00 0", "7f12f000-7f12a000 r-xp 0 0 0 /x", "",
        ])
    func other(line: String) {
        #expect(ThisProcess.codeRange(line[...]) == nil)
    }

    @Test("a program runs on after it has given memory back")
    func runsOn() {
        let text = String(repeating: "roost", count: 100)
        ThisProcess.returnMemory()
        #expect(text.count == 500)
    }
}
