import LinuxSystem
import Testing
import Virt
import VirtXML

@testable import NWFilterDriver

/// What frames tell of guests' addresses.
@Suite struct LearningTests {
    private let mac = MACAddress(number: 0x5254_0000_0001)
    private let other = MACAddress(number: 0x5254_0000_0002)

    private func frame(_ source: MACAddress, _ type: [UInt8], _ body: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0xFF, count: 6) + source.bytes + type + body
    }

    private func ip(_ source: [UInt8]) -> [UInt8] {
        [0x45] + [UInt8](repeating: 0, count: 11) + source + [10, 0, 0, 9]
    }

    /// A message of DHCP within a frame.
    private func dhcp(
        _ kind: UInt8, operation: UInt8, used: [UInt8] = [0, 0, 0, 0], given: [UInt8] = [0, 0, 0, 0],
        card: MACAddress, options: [UInt8] = [51, 4, 0, 0, 14, 16]
    ) -> [UInt8] {
        var head = ip([10, 0, 0, 2])
        head[9] = 17
        let ports: [UInt8] = operation == 2 ? [0, 67, 0, 68] : [0, 68, 0, 67]
        let body: [UInt8] =
            [operation, 1, 6, 0] + [UInt8](repeating: 0, count: 8) + used + given
            + [UInt8](repeating: 0, count: 8) + card.bytes + [UInt8](repeating: 0, count: 202)
            + [0x63, 0x82, 0x53, 0x63, 53, 1, kind] + options + [255]
        return frame(card, [8, 0], head + ports + [0, 0, 0, 0] + body)
    }

    @Test("a guest's packet tells its address by ARP and by IPv4, and none tells one that no guest has")
    func packets() throws {
        let resolution: [UInt8] =
            [0, 1, 8, 0, 6, 4, 0, 1] + mac.bytes + [10, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 10, 0, 0, 2]
        let mine = AddressNews.uses(try #require(IPAddress("10.0.0.1")))
        #expect(AddressNews(frame(mac, [8, 6], resolution), isSent: false, mac: mac) == mine)
        #expect(AddressNews(frame(mac, [8, 0], ip([10, 0, 0, 1])), isSent: false, mac: mac) == mine)
        for wrong in [ip([0, 0, 0, 0]), ip([224, 0, 0, 1]), ip([255, 255, 255, 255]), [0x45]] {
            #expect(AddressNews(frame(mac, [8, 0], wrong), isSent: false, mac: mac) == nil)
        }
        #expect(AddressNews(frame(other, [8, 0], ip([10, 0, 0, 1])), isSent: false, mac: mac) == nil)
        #expect(AddressNews(frame(mac, [8, 0], ip([10, 0, 0, 1])), isSent: true, mac: mac) == nil)
    }

    @Test("a lease is one that a server gives this guest, and is given back by it alone")
    func leases() throws {
        let address = try #require(IPAddress("10.0.0.7"))
        let lease = dhcp(5, operation: 2, given: [10, 0, 0, 7], card: mac)
        #expect(AddressNews(lease, isSent: true, mac: mac) == .leased(address, seconds: 3600))
        #expect(AddressNews(lease, isSent: true, mac: other) == nil)
        // A guest that says it is a server leases itself nothing.
        #expect(AddressNews(lease, isSent: false, mac: mac) != .leased(address, seconds: 3600))
        let release = dhcp(7, operation: 1, used: [10, 0, 0, 7], card: mac)
        #expect(AddressNews(release, isSent: false, mac: mac) == .released(address))
    }

    @Test("a message that ends early, or whose options reach too far, is none", arguments: 0..<291)
    func broken(_ count: Int) {
        let whole = dhcp(5, operation: 2, given: [10, 0, 0, 7], card: mac)
        #expect(AddressNews(Array(whole.prefix(count)), isSent: true, mac: mac) == nil)
        #expect(
            AddressNews(
                dhcp(5, operation: 2, given: [10, 0, 0, 7], card: mac, options: [51, 200, 1]), isSent: true,
                mac: mac)
                == nil)
    }

    @Test("what was learned of a card is known to the next daemon, but for leases that are over")
    func kept() throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-learned-")
        defer { try? FileSystem.removeTree(folder) }
        try FileSystem.replace(
            folder + "/vnet0.addresses",
            with: "10.0.0.1\n10.0.0.2 99999999999\n10.0.0.3 5\nnonsense\n10.0.0.4 x\n\n", mode: 0o600)
        let learned = LearnedAddresses(folder: folder)
        learned.takeUp("vnet0")
        #expect(learned.addresses(of: "vnet0") == ["10.0.0.1", "10.0.0.2", "10.0.0.4"])
        learned.forget("vnet0")
        #expect(learned.addresses(of: "vnet0") == [])
        #expect(!FileSystem.exists(folder + "/vnet0.addresses"))
    }
}
