import DriverKit
import LinuxSystem
import PublishedData
import Testing
import Virt
import VirtDriver
import VirtXML

@testable import InterfaceDriver

/// Interfaces on a host whose `/etc/network` sets them up.
@Suite struct IfupdownTests {
    /// A host whose programs write down how they were called.
    private final class Host {
        let tree: SystemTree
        let ifupdown: Ifupdown

        init(_ main: String = "source interfaces.d/*\n") throws {
            tree = try SystemTree()
            try tree.write("etc/network/interfaces", main)
            try tree.write("etc/network/interfaces.d/.keep", "")
            var ifupdown = Ifupdown(root: tree.path, kept: "\(tree.path)/kept")
            for name in ["ifup", "ifdown"] {
                try tree.write(name, "#!/bin/sh\necho \(name) $* >> \(tree.path)/calls\n[ $1 != bad ]\n")
                try FileSystem.open("\(tree.path)/\(name)").setMode(0o755)
            }
            ifupdown.programs = ("\(tree.path)/ifup", "\(tree.path)/ifdown")
            self.ifupdown = ifupdown
        }

        func define(_ xml: String) throws {
            try ifupdown.define(try HostInterfaceDefinition(document: xml, [], from: .interface))
        }
        func file(_ name: String) -> String? { tree.text("etc/network/interfaces.d/\(name)") }
        func shown(_ name: String) throws -> String? { try ifupdown.definition(name)?.text(from: .interface) }
    }

    private static let bridge = """
        <interface type='bridge' name='br0'><start mode='onboot'/><mtu size='1400'/>
        <protocol family='ipv4'><ip address='10.0.0.1' prefix='24'/><route gateway='10.0.0.254'/></protocol>
        <protocol family='ipv6' ><ip address='fd00::1' prefix='64'/></protocol>
        <bridge stp='on' delay='2'><interface type='ethernet' name='eth20'/></bridge></interface>
        """

    @Test("a definition becomes a file, and is shown again as it was defined")
    func define() throws {
        let host = try Host()
        try host.define(Self.bridge)
        #expect(
            host.file("br0") == """
                # br0, as it was defined by way of roostd
                auto br0
                iface br0 inet static
                    address 10.0.0.1/24
                    gateway 10.0.0.254
                    mtu 1400
                    bridge_ports eth20
                    bridge_stp on
                    bridge_fd 2

                iface br0 inet6 static
                    address fd00::1/64

                """)
        let shown = try #require(try host.shown("br0"))
        #expect(
            try HostInterfaceDefinition(document: shown, [], from: .interface).text(from: .interface) == shown
        )
        #expect(
            shown.contains("<ip address='10.0.0.1' prefix='24'/>") && shown.contains("<mtu size='1400'/>"))
        #expect(shown.contains("<bridge stp='on' delay='2'>"))
        try host.ifupdown.undefine("br0")
        #expect(host.file("br0") == nil)
        #expect(try host.shown("br0") == nil)
    }

    @Test("bonds and VLANs are set up too, within a bridge as well")
    func parts() throws {
        let host = try Host()
        try host.define(
            """
            <interface type='bridge' name='br1'><start mode='none'/><bridge>
            <interface type='bond' name='bond9'><bond mode='802.3ad'><miimon freq='100'/>
            <interface type='ethernet' name='eth20'/><interface type='ethernet' name='eth21'/></bond></interface>
            </bridge></interface>
            """)
        let text = try #require(host.file("br1"))
        #expect(!text.contains("auto") && text.contains("bridge_ports bond9"))
        #expect(text.contains("iface bond9 inet manual\n    bond-slaves eth20 eth21\n    bond-mode 802.3ad"))
        try host.define(
            "<interface type='vlan' name='eth20.7'><vlan tag='7'><interface name='eth20'/></vlan></interface>"
        )
        #expect(host.file("eth20_7")?.contains("vlan-raw-device eth20\n    vlan-id 7") == true)
        #expect(try host.shown("eth20.7")?.contains("<vlan tag='7'>") == true)
    }

    @Test(
        "text from a document is never a line of its own",
        arguments: [
            "<interface type='ethernet' name='a&#10;auto b'/>",
            "<interface type='ethernet' name='../../passwd'/>",
            "<interface type='bridge' name='b'><bridge delay='1&#10;up true'/></interface>",
            "<interface type='bridge' name='b'><bridge><interface type='ethernet' name='x y'/></bridge></interface>",
            "<interface type='vlan' name='v'><vlan tag='5&#10;x'><interface name='e'/></vlan></interface>",
            "<interface type='vlan' name='v'><vlan tag='5'><interface name='e&#10;x'/></vlan></interface>",
            """
            <interface type='bond' name='b'><bond><arpmon interval='1' target='10.0.0.1&#10;up x'/>
            <interface type='ethernet' name='e'/></bond></interface>
            """,
            """
            <interface type='ethernet' name='e'><protocol family='ipv4'><ip address='10.0.0.1&#10;x' prefix='8'/>
            </protocol></interface>
            """,
            """
            <interface type='ethernet' name='e'><protocol family='ipv4'><ip address='10.0.0.1' prefix='8'/>
            <route gateway='10.0.0.2&#10;up x'/></protocol></interface>
            """,
        ])
    func injection(_ xml: String) throws {
        let host = try Host()
        #expect(throws: VirtError.self) { try host.define(xml) }
        #expect(try FileSystem.names(in: "\(host.tree.path)/etc/network/interfaces.d") == [".keep"])
    }

    @Test("what an administrator wrote is shown, and changed by nobody else")
    func others() throws {
        let host = try Host(
            "source interfaces.d/*\nallow-hotplug eth20\niface eth20 inet static\n  address 192.0.2.1\n"
                + "  netmask 255.255.255.0\niface lo inet loopback\n")
        let shown = try #require(try host.shown("eth20"))
        #expect(
            shown.contains("<start mode='hotplug'/>")
                && shown.contains("<ip address='192.0.2.1' prefix='24'/>"))
        #expect(try host.ifupdown.names() == ["eth20"])
        #expect(throws: VirtError.self) { try host.define("<interface type='ethernet' name='eth20'/>") }
        #expect(throws: VirtError.self) { try host.ifupdown.undefine("eth20") }
        let closed = try Host("# nothing is read\n")
        #expect(throws: VirtError.self) { try closed.define("<interface type='ethernet' name='eth20'/>") }
    }

    @Test("changes are taken back as one, or kept")
    func transactions() throws {
        let host = try Host()
        try host.define(Self.bridge)
        #expect(throws: VirtError.self) { try host.ifupdown.rollback() }
        try host.ifupdown.begin()
        #expect(throws: VirtError.self) { try host.ifupdown.begin() }
        try host.ifupdown.undefine("br0")
        try host.define("<interface type='ethernet' name='eth21'/>")
        try host.ifupdown.rollback()
        #expect(try host.ifupdown.names() == ["br0"])
        try host.ifupdown.begin()
        try host.ifupdown.undefine("br0")
        try host.ifupdown.commit()
        #expect(try host.ifupdown.names().isEmpty)
        #expect(throws: VirtError.self) { try host.ifupdown.commit() }
    }

    @Test("interfaces are started and stopped by the host's own programs")
    func programs() async throws {
        let host = try Host()
        try await host.ifupdown.run("ifup", "br0")
        try await host.ifupdown.run("ifdown", "br0")
        #expect(host.tree.text("calls") == "ifup br0\nifdown br0\n")
        await #expect(throws: VirtError.self) { try await host.ifupdown.run("ifup", "bad") }
    }
}
