import Explanation
import Testing

@testable import Shell

@Suite("What explain prints")
struct ExplanationTextTests {
    private func sample() -> DomainExplanation {
        var disk = DomainExplanation.Element()
        (disk.path, disk.alias, disk.target) = ("devices/disk[1]", "virtio-disk0", "vda")
        disk.lines = [
            .init("<disk type='file'>", by: .user), .init("  <source file='/d' index='1'/>", by: .both),
            .init("  <alias name='virtio-disk0'/>", by: .roost), .init("</disk>", by: .user),
        ]
        disk.arguments = [.init(index: 1, words: ["-device", "{\"driver\":\"virtio-blk-pci\"}"])]
        disk.filled = [
            .init(path: "source/@index", value: "1", former: "7", reason: "why"),
            .init(path: "alias", value: "<alias name='virtio-disk0'/>", reason: "it has a name"),
        ]
        disk.host = [.init("file", "/d", "16 MiB")]
        var balloon = DomainExplanation.Element()
        (balloon.path, balloon.author, balloon.reason) = ("devices/memballoon", .roost, "guests give back")
        balloon.lines = [.init("<memballoon model='none'/>", by: .roost)]
        balloon.pieces = [.init(index: 0, option: "-machine", text: "x=on")]
        balloon.commands = ["device_add {}"]
        balloon.note = "nothing"
        var whole = DomainExplanation()
        (whole.name, whole.emulator, whole.version) = ("nest", "/usr/bin/qemu", "7.2.0")
        (whole.subject, whole.process) = (.running, 4711)
        whole.arguments = ["-S", "-device", "{\"driver\":\"virtio-blk-pci\"}"]
        whole.elements = [disk, balloon]
        whole.own = [.init(index: 0, words: ["-S"], reason: "it waits")]
        whole.host = [.init("log", "/l")]
        return whole
    }

    @Test("element by element: its lines, what they turned into, why, and what of the host they have")
    func whole() {
        #expect(
            ExplanationText(sample()).text == """
                nest: runs as process 4711
                /usr/bin/qemu 7.2.0

                devices/disk[1]  virtio-disk0, vda
                    <disk type='file'>
                ~     <source file='/d' index='1'/>
                +     <alias name='virtio-disk0'/>
                    </disk>
                  → -device {"driver":"virtio-blk-pci"}
                  + source/@index='1' (was '7'): why
                  + alias: it has a name
                  host: file /d (16 MiB)

                devices/memballoon
                +   <memballoon model='none'/>
                  → -machine …x=on…
                  → plugged in: device_add {}
                  · nothing
                  + added: guests give back

                From no element, but Roost's own
                  → -S
                    · it waits

                The guest on the host
                  host: log /l

                """)
    }

    @Test("of a few elements there is no more to say than of them")
    func some() {
        let text = ExplanationText(sample().only("vda"), isWhole: false).text
        #expect(text.hasPrefix("devices/disk[1]  virtio-disk0, vda\n"))
        #expect(!text.contains("memballoon") && !text.contains("-S") && !text.contains("4711"))
    }

    @Test("what a document holds can't give a terminal orders")
    func control() {
        var whole = sample()
        whole.name = "a\u{1B}[2Jb"
        whole.elements[0].arguments[0].words[1] = "x\ny\u{9B}"
        let text = ExplanationText(whole).text
        #expect(text.hasPrefix("a\\u{1b}[2Jb: runs"))
        #expect(text.contains("  → -device x\\ny\\u{9b}\n"))
    }

    @Test("a driver without the call says so")
    func unsupported() async {
        let result = await RecordedSession(uri: "test:///default").run("explain test")
        #expect(!result.succeeded)
        #expect(
            result.text.contains(
                "this function is not supported by the connection driver: roostDomainExplain"))
    }

    @Test("a domain or a document must be named, not both")
    func words() async {
        let session = RecordedSession(uri: "test:///default")
        #expect(
            await session.run("explain").text.contains(
                "explain what? a domain, a network with --network, or a document with --xml"))
        let both = await RecordedSession(uri: "test:///default").run("explain test --xml /x --element y")
        #expect(both.text.contains("not both"))
    }
}
