import Testing

@testable import HostKit

@Suite("A configuration file") struct ConfigurationFileTests {
    private func read(_ text: String) throws(ConfigurationFileError) -> [String: ConfigurationFile.Value] {
        let file = try ConfigurationFile(text: text, name: "x.conf")
        return Dictionary(file.entries.map { ($0.key, $0.value) }) { $1 }
    }

    private func entry(_ text: String) throws -> ConfigurationFile.Entry {
        try #require(try ConfigurationFile(text: text, name: "x.conf").entries.first)
    }

    @Test("has a value a line, quoted or not, and comments")
    func lines() throws {
        let text = """
            # All of it.
            number = 12   # twelve
            \t word=qemu
            quoted = "a # b"
            single='it is "so"'\r
            empty = ""

            """
        #expect(
            try read(text) == [
                "number": .text("12"), "word": .text("qemu"), "quoted": .text("a # b"),
                "single": .text("it is \"so\""), "empty": .text(""),
            ])
    }

    @Test("has lists that go over lines, as libvirt's own files do")
    func lists() throws {
        let text = """
            cgroup_controllers = [ "cpu", "devices" ]
            none = []
            cgroup_device_acl = [
                "/dev/null", "/dev/full", # and more
                "/dev/zero",
            ]
            user = "nobody"
            """
        #expect(
            try read(text) == [
                "cgroup_controllers": .list(["cpu", "devices"]), "none": .list([]),
                "cgroup_device_acl": .list(["/dev/null", "/dev/full", "/dev/zero"]), "user": .text("nobody"),
            ])
    }

    @Test(
        "that is wrong is refused with the line that is",
        arguments: [
            "a = 1\nb", "a = 1\nb =", "a = 1\nb = # none", "a = 1\nb = \"open", "a = 1\nb = \"x\" y",
            "a = 1\nb = [ \"x\"", "a = 1\nb = [ \"x\" \"y\" ]", "a = 1\nb = [ x ]", "a = 1\nb = [",
        ])
    func faults(text: String) throws {
        let error = #expect(throws: ConfigurationFileError.self) { try read(text) }
        #expect(error?.description == "x.conf:2: it should read: key = value")
    }

    @Test("has numbers, flags and modes within bounds, and says which key can't be what")
    func values() throws {
        #expect(try entry("a = 7").number(in: 0...7) == 7)
        #expect(try entry("a = \"1\"").flag())
        #expect(try entry("a = \"0770\"").mode() == 0o770)
        let error = #expect(throws: ConfigurationFileError.self) {
            try entry("\n\na = \"8\" # eight").number(in: 0...7)
        }
        #expect(error?.description == "x.conf:3: 'a' can't be \"8\"")
        for wrong in ["a = 2", "a = yes", "a = []", "a = 99999999999999999999"] {
            #expect(throws: ConfigurationFileError.self) { try entry(wrong).flag() }
        }
        for wrong in ["a = 1777", "a = 8", "a = rw"] {
            #expect(throws: ConfigurationFileError.self) { try entry(wrong).mode() }
        }
        #expect(throws: ConfigurationFileError.self) { try entry("a = [\"x\"]").text() }
    }
}
