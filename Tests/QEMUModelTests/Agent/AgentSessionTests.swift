import JSON
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import QEMUModel

@Suite("A conversation with a guest's agent")
struct AgentSessionTests {
    private func synchronized(_ number: UInt64 = 7) -> AgentSession {
        var session = AgentSession()
        _ = session.synchronize(number)
        return session
    }

    @Test("an agent is asked to forget what it has heard, and to repeat a number")
    func synchronize() throws {
        var session = AgentSession()
        let line = session.synchronize(5)
        #expect(line.first == 0xFF && line.last == 0x0A)
        let command = try JSONValue(parsing: line.dropFirst())
        #expect(command["execute"]?.string == "guest-sync-delimited")
        #expect(command["arguments"]?["id"]?.uint == 5)
    }

    @Test(
        "what comes before the right number counts for nothing",
        arguments: [
            "{\"return\": 6}\n", "{\"return\":", "nonsense\n", "{\"error\":{}}\n", "\n\n",
            "{\"return\":\"7\"}\n",
            "[7]\n", "{\"return\":7", String(repeating: "[", count: 5000) + "\n",
        ])
    func stale(before: String) throws {
        var session = synchronized()
        #expect(try session.receive(Array(before.utf8)) == nil)
        let answer = try session.receive([0xFF] + Array("{\"return\": 7}\n".utf8))
        #expect(answer == .success(["return": 7]))
    }

    @Test("an answer may come byte by byte, and is the first whole line")
    func pieces() throws {
        var session = synchronized()
        session.ask("guest-ping")
        for byte in "\n{\"return\":{\"a\":[1,2]}}".utf8 { #expect(try session.receive([byte]) == nil) }
        #expect(try session.receive(Array("\n{\"return\":2}\n".utf8)) == .success(["return": ["a": [1, 2]]]))
        #expect(try session.receive(Array("{\"return\":3}\n".utf8)) == nil)
    }

    @Test("a refusal has the agent's words, on one line, and says whether it knows the command")
    func refusal() throws {
        var session = AgentSession()
        session.ask("guest-x")
        let text = "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"no\\nway\"}}\n"
        #expect(
            try session.receive(Array(text.utf8))
                == .failure(.refused(command: "guest-x", message: "no way", isUnknown: true)))
        #expect(
            VirtError(.refused(command: "guest-x", message: "no way", isUnknown: true)).message
                == "guest agent command failed: unable to execute QEMU agent command 'guest-x': no way")
    }

    @Test(
        "what is no answer ends the conversation",
        arguments: [
            "{}\n", "[]\n", "nonsense\n", "{\"return\":\n", String(repeating: "{\"a\":", count: 200) + "1\n",
            "{\"return\":[" + String(repeating: "1,", count: 300_000) + "1]}\n",
        ])
    func violation(text: String) {
        var session = AgentSession()
        session.ask("guest-ping")
        #expect(throws: AgentError.self) { _ = try session.receive(Array(text.utf8)) }
    }

    @Test("an answer without an end is given up, and so is an agent that never repeats its number")
    func endless() throws {
        let noise = [UInt8](repeating: 0x61, count: 1 << 20)
        var asked = AgentSession()
        asked.ask("guest-ping")
        #expect(throws: AgentError.self) { for _ in 0...10 { _ = try asked.receive(noise) } }
        var lines = synchronized()
        #expect(throws: AgentError.self) { for _ in 0...16 { _ = try lines.receive(noise + [0x0A]) } }
        var whole = synchronized()
        #expect(throws: AgentError.self) { for _ in 0...40 { _ = try whole.receive(noise) } }
    }

    @Test("numbers say how long is waited")
    func patience() {
        #expect(AgentPatience(-2) == .unlimited)
        #expect(AgentPatience(-1) == .seconds(5))
        #expect(AgentPatience(0) == .seconds(0))
        #expect(AgentPatience(-3) == nil)
    }
}

@Suite("What a guest's agent tells")
struct GuestReportTests {
    @Test(
        "an answer of another form is an error of the call's, never more",
        arguments: [
            JSONValue.null, 5, "text", [], [5], [[:]], [["name": "a"]], [["name": 5, "mountpoint": "/"]],
            [["name": "a", "mountpoint": "/", "type": "x", "disk": [5, [:], ["bus": -1]]]],
            [["logical-id": -1, "online": true]], [["logical-id": 99999999, "online": true]],
            [["name": "e:1:2", "ip-addresses": [["ip-address": "x", "ip-address-type": "ipv7"]]]],
            [["name": "", "ip-addresses": 5]], [["user": "u", "login-time": 1e300]],
            ["offset": 99_999_999_999], ["load1m": "x"],
        ])
    func hostile(answer: JSONValue) {
        _ = try? GuestFilesystem.all(in: answer)
        _ = try? GuestVCPU.all(in: answer)
        _ = try? DomainInterface.all(inAnswer: answer)
        _ = try? GuestReport.users(answer)
        _ = try? GuestReport.timezone(answer)
        _ = try? GuestReport.load(answer)
        _ = try? GuestReport.disks(answer) { _ in nil }
        #expect(throws: VirtError.self) { try GuestReport.load([:]) }
    }

    @Test("lists longer than a reply has room for are refused")
    func long() {
        let many = JSONValue.array(
            .init(repeating: ["name": "a", "logical-id": 1, "online": true], count: 20_000))
        #expect(throws: VirtError.self) { try GuestFilesystem.all(in: many) }
        #expect(throws: VirtError.self) { try GuestVCPU.all(in: many) }
        #expect(throws: VirtError.self) { try DomainInterface.all(inAnswer: many) }
        #expect(throws: VirtError.self) { try GuestReport.disks(many) { _ in nil } }
    }

    @Test("a card's aliases are the card's, and a disk is found by its place")
    func places() throws {
        let cards = try DomainInterface.all(inAnswer: [
            ["name": "eth0", "hardware-address": "52:54:00:00:00:01"],
            [
                "name": "eth0:1",
                "ip-addresses": [["ip-address": "10.0.0.2", "ip-address-type": "ipv4", "prefix": 24]],
            ],
        ])
        #expect(cards.map(\.name) == ["eth0"])
        #expect(cards.first?.addrs.first?.addr == "10.0.0.2")

        let definition = try DomainDefinition(
            xml: """
                <domain type='qemu'><name>a</name><memory>1</memory><os><type arch='x86_64'>hvm</type></os><devices>
                <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>
                <address type='pci' domain='0' bus='0' slot='5' function='0'/></disk>
                <disk type='file' device='disk'><source file='/b'/><target dev='sdb' bus='scsi'/>
                <address type='drive' controller='0' bus='0' target='1' unit='2'/></disk>
                <controller type='scsi' index='0'><address type='pci' domain='0' bus='0' slot='6' function='0'/></controller>
                </devices></domain>
                """)
        func target(_ entry: JSONValue) -> String? { definition.devices.target(in: GuestDisk(entry)) }
        let (five, six): (JSONValue, JSONValue) = (["bus": 0, "slot": 5], ["bus": 0, "slot": 6])
        #expect(target(["bus-type": "virtio", "pci-controller": five]) == "vda")
        #expect(target(["bus-type": "scsi", "pci-controller": six, "target": 1, "unit": 2]) == "sdb")
        #expect(target(["bus-type": "scsi", "pci-controller": six, "target": 1, "unit": 3]) == nil)
        #expect(target(["bus-type": "virtio"]) == nil)
    }

    @Test("the highest processors go first, the lowest come first, and those that can't go stay")
    func processors() throws {
        let all = [
            GuestVCPU(number: 0, isOnline: true, canGo: false),
            GuestVCPU(number: 1, isOnline: true, canGo: true),
            GuestVCPU(number: 2, isOnline: false, canGo: true),
            GuestVCPU(number: 3, isOnline: true, canGo: true),
        ]
        #expect(try GuestVCPU.change(all, toReach: 2).map(\.number) == [3])
        #expect(try GuestVCPU.change(all, toReach: 4).map(\.number) == [2])
        #expect(try GuestVCPU.change(all, toReach: 1).map(\.number) == [3, 1])
        #expect(throws: VirtError.self) { try GuestVCPU.change(all, toReach: 0) }
        #expect(throws: VirtError.self) { try GuestVCPU.change(all, toReach: 5) }
        #expect(throws: VirtError.self) { try GuestVCPU.change(all, CPUSet([0]), online: false) }
        #expect(throws: VirtError.self) { try GuestVCPU.change(all, CPUSet([1, 7]), online: false) }
        #expect(try GuestVCPU.change(all, CPUSet([1, 2]), online: false).map(\.isOnline) == [false, false])
    }
}
