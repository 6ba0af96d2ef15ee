import Testing

@testable import Explanation

/// An explanation with something in every place.
private func sample() -> DomainExplanation {
    var disk = DomainExplanation.Element()
    (disk.path, disk.alias, disk.target) = ("devices/disk[2]", "virtio-disk1", "vdb")
    (disk.author, disk.reason, disk.note) = (.roost, "a reason", "a note")
    disk.lines = [.init("<disk>", by: .both), .init("  <alias name='x'/>", by: .roost)]
    disk.arguments = [.init(index: 3, words: ["-device", "{\"driver\":\"virtio-blk-pci\"}"])]
    disk.pieces = [.init(index: 1, option: "-machine", text: "acpi=on")]
    disk.commands = ["device_add {}"]
    disk.filled = [.init(path: "driver/@type", value: "raw", former: "auto", reason: "why")]
    disk.host = [.init("file", "/disk", "16 MiB")]
    var first = DomainExplanation.Element()
    (first.path, first.target) = ("devices/disk[1]", "vda")
    var loader = DomainExplanation.Element()
    loader.path = "os/loader"
    var whole = DomainExplanation()
    (whole.name, whole.uuid, whole.subject) = ("guest", "c7a5fdbd-edaf-9455-926a-d65c16db1809", .running)
    (whole.emulator, whole.version, whole.process) = ("/usr/bin/qemu", "7.2.0", 4711)
    whole.arguments = ["-S", "-machine", "pc,acpi=on", "-device", "{\"driver\":\"virtio-blk-pci\"}"]
    whole.elements = [loader, first, disk]
    whole.own = [.init(index: 0, words: ["-S"], piece: "x", reason: "paused")]
    whole.host = [.init("cgroup", "/machine")]
    return whole
}

@Suite struct ExplanationTests {
    @Test("an explanation comes back from its JSON as it was")
    func roundTrip() {
        #expect(DomainExplanation(json: sample().json) == sample())
    }

    @Test("the keys that others rely on stay as they are")
    func keys() {
        let text = sample().json
        for key in [
            "format", "name", "uuid", "of", "emulator", "version", "process", "arguments", "elements",
            "roost", "host",
            "path", "alias", "target", "by", "reason", "xml", "pieces", "commands", "filled", "note", "index",
            "words",
            "option", "text", "piece", "value", "was", "kind", "detail",
        ] {
            #expect(text.contains("\"\(key)\":"), "\(key)")
        }
    }

    @Test(
        "what is no explanation is none", arguments: ["", "{}", "[]", "{\"format\":2}", "{\"format\":\"1\"}"])
    func refused(_ text: String) {
        #expect(DomainExplanation(json: text) == nil)
    }

    @Test(
        "elements are chosen by path, name, alias and target",
        arguments: [
            ("devices/disk[1]", ["devices/disk[1]"]),
            ("devices/disk", ["devices/disk[1]", "devices/disk[2]"]),
            ("disk", ["devices/disk[1]", "devices/disk[2]"]), ("disk[2]", ["devices/disk[2]"]),
            ("devices", ["devices/disk[1]", "devices/disk[2]"]), ("vdb", ["devices/disk[2]"]),
            ("virtio-disk1", ["devices/disk[2]"]), ("os/loader[1]", ["os/loader"]),
            ("/domain/os", ["os/loader"]),
            ("nothing", []), ("disk[3]", []), ("isk", []),
        ])
    func chosen(_ text: String, _ paths: [String]) {
        #expect(sample().only(text).elements.map(\.path) == paths)
    }
}
