import LinuxSystem
import Testing
import Virt

@testable import QEMUDriver
@testable import QEMUModel

/// How a QEMU whose record is lost is recognised by its arguments.
@Suite("A QEMU's arguments")
struct GuestArgumentsTests {
    private static let uuid = "00000000-0000-4000-8000-000000000001"
    private static let key =
        #"{"qom-type":"secret","id":"masterKey0","format":"raw","file":"/lib/qemu/domain-7-a,b\"c/master-key.aes"}"#

    private func words(_ list: [String], below library: String = "/lib/qemu") -> GuestArguments? {
        GuestArguments(list.map { Array($0.utf8) }, below: library)
    }

    private func arguments(
        program: String = "/usr/bin/qemu-system-x86_64", name: String = "guest=a,,b\"c,debug-threads=on",
        key: String = GuestArgumentsTests.key
    ) -> [String] {
        [program, "-name", name, "-S", "-object", key, "-uuid", Self.uuid]
    }

    @Test("say which guest of the driver's it runs, and where")
    func recognised() throws {
        let found = try #require(words(arguments()))
        #expect(found.name == "a,b\"c")
        #expect("\(found.uuid)" == Self.uuid)
        #expect(found.folder == "/lib/qemu/domain-7-a,b\"c")
    }

    @Test("of an older QEMU name the key without JSON")
    func options() throws {
        let key = "secret,id=masterKey0,format=raw,file=/lib/qemu/domain-7-a,,b/master-key.aes"
        #expect(words(arguments(key: key))?.folder == "/lib/qemu/domain-7-a,b")
    }

    @Test("of another driver's guest, of the launcher that waits, and of anything else say nothing")
    func others() {
        #expect(words(arguments(), below: "/lib/other") == nil)
        #expect(words(arguments(program: "/usr/libexec/roost-launch")) == nil)
        #expect(words(arguments(name: "a")) == nil)
        #expect(words(["/usr/bin/sleep", "-name"]) == nil)
        #expect(words([]) == nil)
    }

    @Test("name the number that the domain had")
    func number() throws {
        let found = try #require(words(arguments()))
        let qemu = FoundQEMU(
            name: found.name, uuid: found.uuid, folder: found.folder, process: .init(id: 1, startTime: 1),
            user: 0)
        #expect(qemu.id == 7)
    }
}
