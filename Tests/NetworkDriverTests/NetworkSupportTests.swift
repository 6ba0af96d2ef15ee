import DriverKit
import LinuxSystem
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import NetworkDriver

/// What networks of each mode can do, and the devices of the host that they hand out.
@Suite struct NetworkSupportTests {
    private func network(_ content: String) throws -> NetworkDefinition {
        try NetworkDefinition(xml: "<network><name>n</name>\(content)</network>", options: [])
    }

    private func port(_ content: String = "") throws -> NetworkPortDefinition {
        try NetworkPortDefinition(
            xml: "<networkport><mac address='52:54:00:00:00:09'/>\(content)</networkport>", options: [])
    }

    private static let vepa = "<forward mode='vepa'><interface dev='e0'/></forward>"
    private static let bridge = "<forward mode='bridge'/><bridge name='b0'/>"
    private static let tag = "<vlan><tag id='1'/></vlan>"
    private static let limited = "<bandwidth><inbound average='5'/></bandwidth>"

    private static let refusals: [(String, String)] = [
        (
            vepa + "<mac address='52:54:00:00:00:01'/>",
            "Unsupported <mac> element in network n with forward mode='vepa'"
        ),
        (
            bridge + "<ip address='10.0.0.1'/>",
            "Unsupported <ip> element in network n with forward mode='bridge'"
        ),
        (bridge + "<domain name='x'/>", "Unsupported <domain> element"),
        (vepa + "<dns><txt name='a' value='b'/></dns>", "Unsupported <dns> element"),
        (
            vepa + limited,
            "Unsupported network-wide <bandwidth> element in network n with forward mode='vepa'"
        ),
        (
            vepa + "<portgroup name='a'>\(limited)</portgroup>",
            "Unsupported <bandwidth> element in network 'n' in portgroup 'a' with forward mode='vepa'"
        ),
        (tag, "<vlan> element specified for network n, whose type doesn't support vlan configuration"),
        (bridge + "<virtualport type='802.1Qbh'/>" + tag, "whose type doesn't support vlan"),
        (
            "<forward mode='passthrough'/><portgroup name='a'><virtualport type='openvswitch'/>\(tag)</portgroup>",
            "whose type doesn't support vlan"
        ),
        (
            "<portgroup name='a'/><portgroup name='a'/>",
            "multiple <portgroup> elements with the same name (a) in network 'n'"
        ),
        (
            "<portgroup name='a' default='yes'/><portgroup name='b' default='yes'/>",
            "network 'n' has multiple default <portgroup> elements (a and b), but only one default is allowed"
        ),
        (
            "<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.3'/></dhcp></ip>"
                + "<ip address='10.0.1.1' prefix='24'><dhcp><range start='10.0.1.2' end='10.0.1.3'/></dhcp></ip>",
            "Multiple IPv4 dhcp sections found"
        ),
        (
            "<bandwidth><outbound average='1' burst='4194304'/></bandwidth>",
            "value '4194304' is too big for 'burst' parameter, maximum is '4194303'"
        ),
        (
            "<forward mode='vepa'><address type='pci' domain='0' bus='3' slot='16' function='1'/></forward>",
            "network 'n' has forward mode 'vepa' but lists a device by PCI address in the device pool"
        ),
        (
            "<forward mode='hostdev'><interface dev='e0'/></forward>",
            "hostdev network 'n' lists 'e0' in the device pool, but hostdev networks require all devices to be listed by PCI address"
        ),
        (
            "<forward mode='hostdev'><address type='pci' domain='0' bus='3' slot='16' function='1'/></forward>",
            "device '/sys/bus/pci/devices/0000:03:10.1' in network 'n' is not an SR-IOV Virtual Function"
        ),
    ]

    @Test("what a network of its mode can't do is refused in libvirt's words", arguments: refusals)
    func unsupported(_ content: String, _ words: String) throws {
        let tree = DeviceTree(root: "/nonexistent")
        let error = #expect(throws: VirtError.self) { try network(content).checkSupport(tree) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    private static let ovs = "<virtualport type='openvswitch'/>"
    private static let possible: [String] = [
        bridge + tag + limited, bridge + "<dns><forwarder addr='1.1.1.1'/></dns>", bridge + ovs + tag,
        "<forward mode='passthrough'/><virtualport type='802.1Qbh'/>" + tag,
        "<forward mode='hostdev'/>" + tag,
        bridge + "<portgroup name='a'>" + ovs + tag + "</portgroup>",
    ]

    @Test("what it can do is taken", arguments: possible)
    func supported(_ content: String) throws {
        try network(content).checkSupport(DeviceTree(root: "/nonexistent"))
    }

    /// A host with a card that is divided into three, of which the second is nobody's network device.
    private func withHost(_ body: (DeviceTree) throws -> Void) throws {
        let root = "/tmp/roost-pool-\(UUID.random())"
        defer { try? FileSystem.removeTree(root) }
        func make(_ path: String) throws {
            try FileSystem.makeDirectory("\(root)/\(path)", mode: 0o755, parents: true)
        }
        try make("sys/class/net/pf0/device")
        for (number, place) in ["0000:03:10.0", "0000:03:10.2", "0000:03:10.4"].enumerated() {
            try make("sys/bus/pci/devices/\(place)/physfn")
            if number != 1 { try make("sys/bus/pci/devices/\(place)/net/vf\(number)") }
            try FileSystem.makeLink(at: "\(root)/sys/class/net/pf0/device/virtfn\(number)", to: "../\(place)")
        }
        try body(DeviceTree(root: root))
    }

    @Test("a card's virtual functions are handed out one to each port, and the next one waits")
    func functions() throws {
        try withHost { tree in
            let network = try network("<forward mode='hostdev'><pf dev='pf0'/></forward>").withPool(tree)
            var ports: [NetworkPortDefinition] = []
            for _ in 0..<3 { ports.append(try network.place(port(), beside: ports)) }
            #expect(
                ports.compactMap(\.device).map(\.description) == [
                    "0000:03:10.0", "0000:03:10.2", "0000:03:10.4",
                ])
            let error = #expect(throws: VirtError.self) { try network.place(port(), beside: ports) }
            #expect(
                error?.message.contains("requires exclusive access to interfaces, but none are available")
                    == true)
            #expect(try network.place(port(), beside: [ports[0], ports[2]]).device == ports[1].device)
            let shown = try network.counting(ports).text([], from: .network)
            #expect(
                shown.contains(
                    "<address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x2' connections='1'/>"
                ))
            #expect(try ports[0].text([], from: .network).contains("<plug type='hostdev-pci' managed='no'>"))
        }
    }

    @Test("where their network devices are passed through, those of them are the pool that have one")
    func passedThrough() throws {
        try withHost { tree in
            let network = try network("<forward mode='passthrough'><pf dev='pf0'/></forward>").withPool(tree)
            #expect(network.forward?.interfaces.map(\.dev) == ["vf0", "vf2"])
        }
    }

    @Test("a card without virtual functions is no pool", arguments: ["hostdev", "passthrough"])
    func none(_ mode: String) throws {
        let network = try network("<forward mode='\(mode)'><pf dev='../x'/></forward>")
        let error = #expect(throws: VirtError.self) { try network.withPool(DeviceTree(root: "/nonexistent")) }
        #expect(error?.message == "internal error: No usable Vf's present on SRIOV PF ../x")
    }

    @Test("a share is promised of what is left, and its class is the first that is free")
    func promises() throws {
        let network = try network(
            "<bridge name='b0'/><bandwidth><inbound average='100' peak='200'/></bandwidth>")
        var first = try network.place(port("<bandwidth><inbound floor='150'/></bandwidth>"), beside: [])
        first.uuid = .random()
        first.bandwidth?.classID = 3
        #expect(network.rest(beside: [first]) == 50_000)
        #expect(first.share?.id == 3)
        #expect(NetworkDefinition.freeClass(beside: [first]) == 4)
        let error = #expect(throws: VirtError.self) {
            try network.place(port("<bandwidth><inbound floor='51'/></bandwidth>"), beside: [first])
        }
        #expect(
            error?.message.contains("new combined inbound floor=201 would overcommit peak=200 on network 'n'")
                == true)
        let greatest = "<bandwidth><inbound floor='\(UInt64.max)'/></bandwidth>"
        #expect(throws: VirtError.self) { try network.place(port(greatest), beside: [first]) }
    }
}
