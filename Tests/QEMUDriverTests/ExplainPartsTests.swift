import Explanation
import Testing
import VirtXML

@testable import QEMUDriver
@testable import QEMUModel

/// What an explanation is put together from.
@Suite struct ExplainPartsTests {
    @Test("what an argument names of the host is found, and what a server has is not")
    func references() {
        #expect(
            HostReference.all(["-blockdev", #"{"driver":"file","filename":"/a,b","node-name":"x"}"#]) == [
                .path("/a,b")
            ])
        #expect(
            HostReference.all(["-netdev", #"{"type":"tap","fds":"3:4","vhostfd":"5"}"#]) == [
                .descriptor(3), .descriptor(4), .descriptor(5),
            ])
        #expect(HostReference.all(["-chardev", "socket,id=a,path=/x,,y,server=on"]) == [.path("/x,y")])
        #expect(HostReference.all(["-vnc", "unix:/x"]) == [.path("/x")])
        let remote = #"{"driver":"ssh","path":"/there","server":{"host":"h","port":"22"}}"#
        #expect(HostReference.all(["-blockdev", remote]) == [])
        let local = #"{"driver":"nbd","server":{"type":"unix","path":"/here"}}"#
        #expect(HostReference.all(["-blockdev", local]) == [.path("/here")])
        #expect(HostReference.all(["-append", "root=/dev/vda"]) == [])
        #expect(HostReference.all(["-S"]) == [])
    }

    @Test("the record of a start comes back as it was, and what is no record is none")
    func record() throws {
        var record = CommandLineRecord()
        record.arguments = [
            .init(words: ["-S"], source: .roost("why")),
            .init(
                words: ["-machine", "pc,acpi=on"], source: .element("os/type"),
                pieces: [.init(range: 3..<10, source: .element("features/acpi"))]),
        ]
        record.aliases = ["devices/disk[1]": "virtio-disk0"]
        #expect(CommandLineRecord(text: record.text) == record)
        for text in ["", "{}", #"{"format":1}"#, #"{"format":1,"arguments":[{"words":[]}]}"#] {
            #expect(CommandLineRecord(text: text) == nil, "\(text)")
        }
        let outside = record.text.replacing("\"end\":10", with: "\"end\":99")
        #expect(CommandLineRecord(text: outside)?.arguments.last?.pieces.isEmpty == true)
    }

    @Test("a running guest's devices are found by their names, whatever has come and gone before them")
    func running() throws {
        var record = CommandLineRecord()
        record.arguments = [
            .init(words: ["-device", "a"], source: .element("devices/disk[1]")),
            .init(words: ["-device", "b"], source: .element("devices/disk[2]")),
        ]
        record.aliases = ["devices/disk[1]": "virtio-disk0", "devices/disk[2]": "virtio-disk1"]
        let xml = """
            <domain><devices><disk><target dev='vdb'/><alias name='virtio-disk1'/></disk>
            <disk><target dev='vdc'/><alias name='virtio-disk2'/></disk></devices></domain>
            """
        let document = try #require(DocumentNode(xml: xml, by: .unknown))
        let guest = GuestExplanation(
            document, record, isRunning: true, commands: ["virtio-disk2": ["device_add {}"]],
            host: HostProbe(process: nil))
        let elements = guest.elements
        #expect(elements.first { $0.alias == "virtio-disk1" }?.arguments.map(\.words) == [["-device", "b"]])
        #expect(elements.first { $0.alias == "virtio-disk2" }?.commands == ["device_add {}"])
        let lost = try #require(elements.last)
        #expect(lost.alias == "virtio-disk0" && lost.lines.isEmpty)
        #expect(lost.arguments.map(\.words) == [["-device", "a"]])
        #expect(lost.note?.contains("lost") == true)
    }

    @Test("a helper is told of the device that it serves, or of the disk that has its image")
    func helpers() throws {
        var helper = HelperProcess(
            .swtpm, of: "tpm0", path: "/usr/bin/swtpm", log: "/log", arguments: ["socket"])
        let tpm = try #require(DocumentNode(xml: "<tpm><alias name='tpm0'/></tpm>", by: .user))
        let disk = try #require(DocumentNode(xml: "<disk><alias name='virtio-disk0'/></disk>", by: .user))
        #expect(HostHelper(helper).serves(tpm, []))
        #expect(!HostHelper(helper).serves(disk, [["-blockdev", #"{"node-name":"tpm00"}"#]]))
        #expect(HostHelper(helper).fact.detail == "started before QEMU: /usr/bin/swtpm socket")
        helper = HelperProcess(.nbdkit, of: "libvirt-1-storage", path: "/usr/sbin/nbdkit", log: "/log")
        #expect(HostHelper(helper).serves(disk, [["-blockdev", #"{"node-name":"libvirt-1-storage"}"#]]))
        #expect(!HostHelper(helper).serves(tpm, []))
    }

    @Test("descriptors are numbered alike, whether anything is opened or not")
    func descriptors() throws {
        var domain = DomainDefinition()
        var (file, socket) = (SerialDevice(), ChannelDevice())
        (file.info.alias, file.source.type, file.source.path) = ("serial0", .file, "/dev/null")
        (socket.info.alias, socket.source.type, socket.source.path) = ("channel0", .unix, "/nowhere/x")
        socket.source.listens = true
        domain.devices.serials = [file]
        domain.devices.channels = [socket]
        var resources = QEMUResources(domainFolder: "", shortName: "", monitorDescriptor: 3)
        GuestDescriptors(planning: domain).fill(&resources)
        #expect(resources.descriptorSet("serial0-source") == DescriptorSet(number: 0, descriptor: 200))
        #expect(resources.socketDescriptor("channel0") == 201)
        domain.devices.channels = []
        let opened = try GuestDescriptors(for: domain, account: nil)
        #expect(opened.open.keys.sorted() == [200])
        opened.close()
    }
}
