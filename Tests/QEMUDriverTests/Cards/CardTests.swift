import Testing
import Virt
import VirtXML
import XMLBinding

@testable import QEMUDriver

/// Cards' ends on the host, as far as nothing of the host is made.
@Suite struct CardTests {
    private func card(_ content: String, type: String = "bridge") throws -> InterfaceDevice {
        let source = type == "direct" ? "<source dev='e0'/>" : "<source bridge='br0'/>"
        return try read("<interface type='\(type)'>\(source)\(content)</interface>")
    }

    private func read(_ xml: String, _ options: XMLOptions = []) throws -> InterfaceDevice {
        guard case .interface(let card) = try DomainDevice(xml: xml, options: options) else {
            throw VirtError(.internalError, "no card")
        }
        return card
    }

    @Test("names are counted, and no number comes back")
    func counted() throws {
        let names = CardNames()
        names.note("vnet9000007")
        names.note("vnet9000003")
        names.note("vnetwork")
        #expect(try names.name(for: card("")) == "vnet9000008")
        #expect(try names.name(for: card("<target dev='my%d'/>")) == "my9000009")
        #expect(try names.name(for: card("<target dev='vnet%d'/>")) == "vnet9000010")
    }

    @Test("links on top of others are counted by themselves")
    func direct() throws {
        let names = CardNames()
        names.note("vnet9000007")
        names.note("macvtap9000001")
        #expect(try names.name(for: card("", type: "direct")) == "macvtap9000002")
    }

    @Test("a name that is given is kept, unless there is such a link or can be none")
    func given() throws {
        let names = CardNames()
        #expect(try names.name(for: card("<target dev='mine9000000'/>")) == "mine9000000")
        for (name, words) in [
            ("lo", "The lo interface already exists"), ("averyveryverylongname", "is too long"),
        ] {
            let error = #expect(throws: VirtError.self) {
                try names.name(for: card("<target dev='\(name)'/>"))
            }
            #expect(error?.message.contains(words) == true)
        }
    }

    @Test("a card that its network has placed is one of the network again in a definition")
    func definition() throws {
        var domain = DomainDefinition()
        (domain.name, domain.uuid) = ("d", .random())
        var card = try read("<interface type='network'><source network='n' portgroup='g'/></interface>")
        var port = card.port(of: domain)
        port.plug = .direct(dev: "e0", mode: "private")
        try card.take(port)
        #expect(card.type == .direct)
        #expect(card.claimed(by: domain) == port)
        let written = try read(DomainDevice.interface(card).xml(options: .inactive), .inactive)
        #expect(written.type == .network)
        #expect(written.source.network == "n" && written.source.portgroup == "g" && written.source.dev == nil)
        let live = try read(DomainDevice.interface(card).xml(options: []))
        #expect(live.type == .direct && live.source.portID == port.uuid)
    }

    @Test(
        "a card of a network that hands out devices is the host's device, and the network's again in a definition"
    )
    func handedOut() throws {
        var domain = DomainDefinition()
        (domain.name, domain.uuid) = ("d", .random())
        var card = try read(
            "<interface type='network'><source network='n'/><model type='virtio'/></interface>")
        var port = card.port(of: domain)
        let place = PCIAddress(domain: 0, bus: 3, slot: 16, function: 2)
        port.plug = .hostdevPCI(place, managed: true, driver: nil)
        let error = #expect(throws: VirtError.self) { try card.take(port) }
        #expect(error?.message.contains("managed='yes'") == true)
        port.plug = .hostdevPCI(place, managed: false, driver: nil)
        try card.take(port)
        #expect(card.type == .hostdev && card.source.hostdev?.address.pci == place)
        #expect(card.claimed(by: domain) == port)
        let written = try read(DomainDevice.interface(card).xml(options: .inactive), .inactive)
        #expect(written.type == .network && written.source.hostdev == nil)
    }

    @Test("tags are for cards that something puts them on, in libvirt's words for others")
    func tags() throws {
        let tag = "<vlan><tag id='1'/></vlan>"
        try card(tag).checkVLAN()
        let error = #expect(throws: VirtError.self) { try card(tag, type: "direct").checkVLAN() }
        #expect(error?.message.contains("vlan tag not supported for this connection type") == true)
    }

    @Test(
        "what isn't carried out is refused by name",
        arguments: [
            (
                "<virtualport type='802.1Qbh'><parameters profileid='p'/></virtualport>",
                "virtualport '802.1Qbh'"
            ),
            ("<script path='/bin/true'/>", "script"),
        ])
    func refused(_ content: String, _ what: String) throws {
        let error = #expect(throws: VirtError.self) { try card(content).checkHostEnd() }
        #expect(error?.message.contains(what) == true)
    }

    @Test(
        "a card's filter is bound to its end on the host, and a macvtap, which passes no bridge, can't have one"
    )
    func filters() throws {
        var domain = DomainDefinition()
        (domain.name, domain.uuid) = ("d", .random())
        let filter = "<filterref filter='f'><parameter name='IP' value='10.0.0.1'/></filterref>"
        var tap = try read(
            "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='b'/>\(filter)</interface>"
        )
        #expect(tap.binding(of: domain) == nil)
        var target = InterfaceDevice.Target()
        target.dev = "vnet0"
        tap.target = target
        let binding = try #require(tap.binding(of: domain))
        #expect(binding.missing == nil)
        #expect((binding.portDev, binding.ownerUUID) == ("vnet0", domain.uuid))
        #expect(binding.filter.parameters.map(\.value) == ["10.0.0.1"])
        try tap.checkHostEnd()
        // What a network of the host's links makes of such a card.
        tap.type = .direct
        #expect(throws: VirtError.self) { try tap.checkHostEnd() }
    }
}
