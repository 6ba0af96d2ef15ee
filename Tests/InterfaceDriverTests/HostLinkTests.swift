import DriverKit
import LinuxSystem
import PublishedData
import Testing
import Virt
import VirtDriver
import VirtXML

@testable import InterfaceDriver

/// What is shown of a host's links.
@Suite struct HostLinkTests {
    private func service() throws -> (LocalInterfaceService, SystemTree) {
        let tree = try SystemTree()
        let driver = InterfaceDriver(
            tree: DeviceTree(root: tree.path), library: tree.path, uriPath: "/system", events: EventHub())
        return (LocalInterfaceService(driver: driver), tree)
    }

    private func document(_ name: String) async throws -> String {
        let (service, tree) = try service()
        defer { withExtendedLifetime(tree) {} }
        return try await service.interface(InterfaceReference(name: name, mac: "")).xmlDesc(flags: [])
    }

    @Test("bonds, bridges and VLANs are shown with their parts as libvirt 11.3 shows them")
    func kinds() async throws {
        #expect(
            try await document("bond0") == """
                <interface type='bond' name='bond0'>
                  <mtu size='1500'/>
                  <link speed='40' state='up'/>
                  <bond mode='balance-alb'>
                    <miimon freq='100' downdelay='200' carrier='netif'/>
                    <interface type='ethernet' name='eth20'>
                      <link speed='100' state='up'/>
                      <mac address='52:54:00:00:00:20'/>
                    </interface>
                    <interface type='ethernet' name='eth21'>
                      <link speed='100' state='up'/>
                      <mac address='52:54:00:00:00:21'/>
                    </interface>
                  </bond>
                </interface>

                """)
        #expect(
            try await document("bond1").contains(
                "<arpmon interval='300' target='10.0.0.1 10.0.0.2' validate='all'/>"))
        #expect(
            try await document("virbr0") == """
                <interface type='bridge' name='virbr0'>
                  <mtu size='1500'/>
                  <bridge stp='on' delay='200'>
                  </bridge>
                </interface>

                """)
        #expect(try await document("vlan5").contains("<vlan tag='5'>\n    <interface name='eth20'/>"))
        #expect(
            try await document("wlan0") == """
                <interface type='ethernet' name='wlan0'>
                  <mtu size='1500'/>
                  <link state='down'/>
                  <mac address='00:13:02:b9:f9:d3'/>
                </interface>

                """)
    }

    @Test("links are listed by state, but for a bridge's, and found by name and by address")
    func lists() async throws {
        let (service, tree) = try service()
        let active = try await service.listInterfaces()
        #expect(active.contains("bond0") && !active.contains("wlan0") && !active.contains("vnet0"))
        #expect(try await Set(service.listDefinedInterfaces()) == ["wlan0", "sit0", "vlan5"])
        let inactive = try await service.listAllInterfaces(flags: .inactive).map(\.name)
        #expect(inactive.contains("lo") && inactive.contains("dev1"))
        #expect(try await service.interfaceLookupByMACString(mac: "00:13:02:b9:f9:d3").name == "wlan0")
        #expect(try await service.interfaceLookupByName(name: "vnet0").mac == "fe:54:00:d1:d1:d2")
        await #expect(throws: VirtError.self) {
            try await service.interfaceLookupByMACString(mac: "52:54:00:00:00:40")
        }
        await #expect(throws: VirtError.self) { try await service.interfaceLookupByName(name: "../net/lo") }
        withExtendedLifetime(tree) {}
    }

    @Test("where nothing sets up interfaces, changing them isn't supported")
    func unchanged() async throws {
        let (service, tree) = try service()
        let refused = await #expect(throws: VirtError.self) {
            try await service.interfaceDefineXML(xml: "<interface type='ethernet' name='x'/>", flags: [])
        }
        #expect(refused?.code == .noSupport)
        withExtendedLifetime(tree) {}
    }
}
