import Testing
import Virt
import VirtXML
import XMLBinding

@testable import NetworkDriver

/// What a network makes of a port.
@Suite struct PortPlaceTests {
    private func network(_ content: String) throws -> NetworkDefinition {
        try NetworkDefinition(xml: "<network><name>n</name>\(content)</network>", options: [])
    }

    private func port(_ content: String = "") throws -> NetworkPortDefinition {
        try NetworkPortDefinition(
            xml: "<networkport><mac address='52:54:00:00:00:09'/>\(content)</networkport>", options: [])
    }

    private static let groups = """
        <bridge name='br0'/><port isolated='yes'/>
        <portgroup name='a' default='yes' trustGuestRxFilters='no'><bandwidth><inbound average='100'/></bandwidth></portgroup>
        <portgroup name='b'/>
        """

    @Test("a port that names no group has what the group says that is for all others")
    func defaultGroup() throws {
        let placed = try network(Self.groups).place(port(), beside: [])
        #expect(placed.bandwidth?.inbound?.average == 100)
        #expect(placed.trustGuestRxFilters == false)
        #expect(placed.isolated == true)
        #expect(placed.plug == .network(bridge: "br0", manager: nil))
    }

    @Test(
        "a port has of a group that it names, and of none where that isn't there",
        arguments: ["b", "nothing"])
    func namedGroup(_ name: String) throws {
        let placed = try network(Self.groups).place(port("<group>\(name)</group>"), beside: [])
        #expect(placed.bandwidth == nil)
        #expect(placed.trustGuestRxFilters == nil)
        #expect(placed.isolated == true)
    }

    @Test("what a port says itself wins")
    func ownWins() throws {
        let own =
            "<port isolated='no'/><rxfilters trustGuest='yes'/><bandwidth><inbound average='7'/></bandwidth>"
        let placed = try network(Self.groups).place(port(own), beside: [])
        #expect(placed.isolated == false)
        #expect(placed.trustGuestRxFilters == true)
        #expect(placed.bandwidth?.inbound?.average == 7)
    }

    @Test("of several devices the one with the fewest ports is taken")
    func fewestPorts() throws {
        let network = try network(
            "<forward mode='vepa'><interface dev='e0'/><interface dev='e1'/></forward>")
        var ports: [NetworkPortDefinition] = []
        for _ in 0..<4 { ports.append(try network.place(port(), beside: ports)) }
        #expect(
            ports.map(\.plug) == ["e0", "e1", "e0", "e1"].map { .direct(dev: $0, mode: "vepa") })
        let counted = network.counting(Array(ports.prefix(3)))
        #expect(counted.connections == 3)
        #expect(counted.forward?.interfaces.map(\.connections) == [2, 1])
    }

    @Test("a device that is for one alone is given once")
    func passthrough() throws {
        let network = try network("<forward mode='passthrough'><interface dev='e0'/></forward>")
        let first = try network.place(port(), beside: [])
        let error = #expect(throws: VirtError.self) { try network.place(port(), beside: [first]) }
        #expect(error?.message.contains("requires exclusive access to interfaces") == true)
    }

    @Test(
        "what a network of its own bridge can't do is refused",
        arguments: [
            ("<virtualport type='openvswitch'/>", "<virtualport type='openvswitch'> not supported"),
            ("<bandwidth><inbound average='1' floor='1'/></bandwidth>", "Invalid use of 'floor'"),
        ])
    func refused(_ content: String, _ words: String) throws {
        let error = #expect(throws: VirtError.self) {
            try network("<bridge name='br0'/>").place(port(content), beside: [])
        }
        #expect(error?.message.contains(words) == true)
    }

    @Test(
        "a port must say whose it is",
        arguments: [
            ("", "uuid"), ("<uuid>6f9ef4a5-2b3c-4f5e-9a12-1122334455aa</uuid>", "owner name"),
            (
                "<uuid>6f9ef4a5-2b3c-4f5e-9a12-1122334455aa</uuid><owner><name>a</name></owner>", "owner UUID"
            ),
        ])
    func incomplete(_ content: String, _ missing: String) throws {
        let error = #expect(throws: VirtError.self) { try port(content).checkComplete() }
        #expect(error?.message == "internal error: network port has no \(missing)")
    }
}
