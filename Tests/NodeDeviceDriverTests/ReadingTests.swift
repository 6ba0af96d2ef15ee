import DriverKit
import LinuxSystem
import PublishedData
import Testing
import Virt
import VirtDriver
import VirtXML

@testable import NodeDeviceDriver

/// What is shown of a host that has devices of all kinds.
@Suite struct ReadingTests {
    @Test("every device is shown as libvirt 11.3 shows it, and no other is")
    func documents() async throws {
        let host = try await Host()
        let expected = try SystemTree.expected()
        let names = try await host.service.listAllNodeDevices(flags: []).map(\.name)
        #expect(Set(names).symmetricDifference(expected.keys).isEmpty)
        for name in names {
            let xml = try await host.device(name).xmlDesc(flags: [])
            #expect(xml == expected[name])
        }
    }

    @Test("lists choose by every capability, and by states")
    func lists() async throws {
        let service = try await Host().service
        func count(_ flags: ConnectListAllNodeDeviceFlags) async throws -> Int {
            try await service.listAllNodeDevices(flags: flags).count
        }
        let chosen: [(ConnectListAllNodeDeviceFlags, Set<String>)] = [
            (.capFcHost, ["scsi_host7", "scsi_host8"]), (.capVports, ["scsi_host7"]),
            (.capMdevTypes, ["pci_0000_00_02_0", "css_0_0_0070", "ap_matrix", "mtty_mtty"]),
            (.capVpd, ["pci_0000_01_00_0", "pci_0000_09_18_0"]), (.capSystem, ["computer"]),
            (.persistent, ["computer"]), ([.capVdpa, .capSystem], ["computer", "vdpa_vdpa0", "vdpa_vdpa1"]),
        ]
        for (flags, names) in chosen {
            #expect(Set(try await service.listAllNodeDevices(flags: flags).map(\.name)) == names)
        }
        let (all, active) = (try await count([]), try await count(.active))
        #expect(all == active)
        #expect(try await count(.inactive) == 0)
        #expect(try await count(.transient) == all - 1)
        await #expect(throws: VirtError.self) { try await count(.init(rawValue: 1 << 25)) }
    }

    @Test("devices are found by what they are, by name and by their names in Fibre Channel networks")
    func lookup() async throws {
        let host = try await Host()
        #expect(try await host.service.nodeListDevices(cap: "vports", flags: 0) == ["scsi_host7"])
        #expect(try await host.service.nodeNumOfDevices(cap: "bogus", flags: 0) == 0)
        let found = try await host.service.nodeDeviceLookupSCSIHostByWWN(
            wwnn: "2001001b32a9da4e", wwpn: "2101001b32a9da4e", flags: 0)
        #expect(found.name == "scsi_host8")
        #expect(try await host.device("scsi_host8").parent() == "scsi_host7")
        #expect(try await host.device("scsi_host7").listCaps() == ["scsi_host", "fc_host", "vports"])
        let missing = await words { try await host.service.nodeDeviceLookupByName(name: "nope") }
        #expect(missing == "Node device not found: no node device with matching name 'nope'")
    }

    @Test("a document tells what is so now, not when the device came")
    func current() async throws {
        let host = try await Host()
        try host.tree.write("sys/devices/virtual/net/eth20/operstate", "down\n")
        let xml = try await host.device("net_eth20_52_54_00_00_00_20").xmlDesc(flags: [])
        #expect(xml.contains("<link state='down'/>"))
    }

    @Test("a card whose memory an InfiniBand device has too does RDMA")
    func remoteMemory() async throws {
        let host = try await Host()
        let card = "sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0"
        try host.tree.write("\(card)/resource", "0x1 0x2 0x3\n")
        try host.tree.link("\(card)/net/eth7/device", to: "../../../0000:01:00.0")
        try host.tree.link("\(card)/infiniband/mlx5_0/device", to: "../../../0000:01:00.0")
        try host.tree.link("sys/class/infiniband/mlx5_0", to: "../../../\(card)/infiniband/mlx5_0")
        let xml = try await host.device("net_eth7_52_54_00_aa_bb_cc").xmlDesc(flags: [])
        #expect(xml.contains("<feature name='rdma'/>"))
    }

    @Test("parts that a card is divided into later are shown, and its registers aren't read again")
    func refresh() async throws {
        let host = try await Host()
        let card = "sys/devices/pci0000:00/0000:00:1c.1/0000:06:00.0"
        try host.tree.link("\(card)/virtfn0", to: "../0000:06:00.1")
        try host.tree.write("\(card)/config", "")
        let xml = try await host.device("pci_0000_06_00_0").xmlDesc(flags: [])
        #expect(xml.contains("<address domain='0x0000' bus='0x06' slot='0x00' function='0x1'/>"))
        #expect(xml.contains("<link validity='cap' port='0' speed='5' width='1'/>"))
    }

    @Test("what a card's maker wrote counts only if it is whole")
    func brokenCards() throws {
        let whole: [UInt8] = [0x82, 1, 0, 0x41, 0x90, 8, 0, 0x50, 0x4E, 1, 0x31, 0x52, 0x56, 1]
        let sum = UInt8(truncatingIfNeeded: 256 - whole.reduce(0) { $0 + Int($1) } % 256)
        let card = whole + [sum, 0x78]
        #expect(VPD(card: card)?.fields.first?.partNumber == "1")
        for length in 0..<card.count - 1 { #expect(VPD(card: Array(card.prefix(length))) == nil) }
        var wrong = card
        wrong[3] = 0x42
        #expect(VPD(card: wrong) == nil)
        #expect(VPD(card: [0x82, 0xFF, 0xFF] + card) == nil)
    }
}
