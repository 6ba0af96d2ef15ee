import LinuxSystem
import PublishedData
import Testing
import Virt
import VirtDriver

@testable import NodeDeviceDriver

/// What happens when devices come, change and go.
@Suite struct ChangeTests {
    private static let folder = "sys/devices/virtual/net/new0"

    private func plug(_ host: Host, address: String = "52:54:00:00:00:99") async throws {
        try host.tree.write("\(Self.folder)/uevent", "INTERFACE=new0\nIFINDEX=99\n")
        try host.tree.write("\(Self.folder)/address", address + "\n")
        try host.tree.write("\(Self.folder)/operstate", "down\n")
        try host.tree.link("\(Self.folder)/subsystem", to: "../../../../class/net")
        await host.driver.take([change("add")])
    }

    private func change(_ action: String, _ path: String = "/devices/virtual/net/new0") -> DeviceChange {
        DeviceChange(action: action, path: "/sys\(path)")
    }

    @Test("a device that comes is there and told of, and one that goes isn't any more")
    func comeAndGo() async throws {
        let host = try await Host()
        try await plug(host)
        #expect(try await host.device("net_new0_52_54_00_00_00_99").parent() == "computer")
        await host.driver.take([change("change")])
        try host.tree.remove(Self.folder)
        await host.driver.take([change("remove")])
        #expect(
            host.told == [
                "created net_new0_52_54_00_00_00_99", "updated net_new0_52_54_00_00_00_99",
                "deleted net_new0_52_54_00_00_00_99",
            ])
        let gone = await words {
            try await host.service.nodeDeviceLookupByName(name: "net_new0_52_54_00_00_00_99")
        }
        #expect(gone.contains("no node device"))
    }

    @Test("a device whose name has changed is another")
    func rename() async throws {
        let host = try await Host()
        try await plug(host)
        try host.tree.write("\(Self.folder)/address", "52:54:00:00:00:98\n")
        await host.driver.take([change("change")])
        #expect(
            host.told.dropFirst() == [
                "deleted net_new0_52_54_00_00_00_99", "created net_new0_52_54_00_00_00_98",
            ])
    }

    @Test("where news were lost, all devices are looked at")
    func lostNews() async throws {
        let host = try await Host()
        try host.tree.remove("sys/devices/virtual/net/eth21")
        try host.tree.remove("sys/class/net/eth21")
        await host.driver.take(nil)
        #expect(host.told.contains("deleted net_eth21_52_54_00_00_00_21"))
        #expect(!host.told.contains { $0.contains("created") })
    }

    @Test("what isn't shown is told of by nobody")
    func others() async throws {
        let host = try await Host()
        await host.driver.take([change("add", "/devices/virtual/misc/kvm"), change("add", "/nowhere")])
        #expect(host.told.isEmpty)
    }
}
