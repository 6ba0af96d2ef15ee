import JSON
import Testing

@testable import QEMUModel

/// What a part of a device becomes for a guest that runs already.
@Suite struct MonitorCommandTests {
    private func chardev(_ kind: String, _ fields: [(String, String)]) -> QEMUPart {
        var text = OptionText(kind)
        text.add("id", "charchannel0")
        for (key, value) in fields { text.add(key, value) }
        return .chardev(text)
    }

    @Test("a path with commas and equals signs stays one path")
    func awkwardPath() throws {
        let command = try chardev("file", [("path", "/a,b=c,,d")]).adding()
        #expect(command.name == "chardev-add")
        #expect(command.arguments["id"] == "charchannel0")
        #expect(command.arguments["backend"]?["data"]?["out"] == "/a,b=c,,d")
    }

    @Test("a socket that is listened at doesn't wait for anybody")
    func listening() throws {
        let fields = [("path", "/s"), ("server", "on"), ("wait", "off")]
        let backend = try chardev("socket", fields).adding().arguments["backend"]
        #expect(
            backend?["data"] == [
                "addr": ["type": "unix", "data": ["path": "/s"]], "server": true, "wait": false,
            ])
    }

    @Test("what is added by one name is taken away by the same")
    func removal() {
        let node: QEMUPart = .blockdev(["driver": "file", "node-name": "libvirt-1-storage"])
        #expect(node.removing == MonitorCommand("blockdev-del", ["node-name": "libvirt-1-storage"]))
        let object: QEMUPart = .object(["qom-type": "rng-random", "id": "objrng0"])
        #expect(object.removing == MonitorCommand("object-del", ["id": "objrng0"]))
        #expect(chardev("pty", []).removing == MonitorCommand("chardev-remove", ["id": "charchannel0"]))
    }

    @Test("an option of the command line alone can't be plugged in")
    func optionAlone() {
        #expect(throws: ConfigurationError.self) {
            try QEMUPart.option("-fsdev", OptionText("local")).adding()
        }
    }
}
