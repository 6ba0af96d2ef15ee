import LinuxSystem
import PublishedData
import Synchronization
import Testing
import Virt
import VirtDriver

@testable import NodeDeviceDriver

/// PCI devices that are taken from the host's drivers, and given back.
@Suite struct AssignmentTests {
    private static let device = "pci_0000_01_10_0"
    private static let folder = "sys/devices/pci0000:00/0000:00:1c.0/0000:01:10.0"

    /// What a host can do, whose kernel does as it is told, and how it was told.
    private func assignment(_ host: Host, obeys: Bool = true) throws -> (PCIAssignment, Written) {
        try host.tree.write("dev/vfio/vfio", "")
        try host.tree.write("sys/bus/pci/drivers/vfio-pci/unbind", "")
        let (tree, written) = (host.tree, Written())
        var assignment = PCIAssignment(tree: DeviceTree(root: tree.path))
        assignment.write = { (text, path) throws(SystemError) in
            try FileSystem.open(path, [.writeOnly, .truncate]).writeAll(text.utf8)
            let name = path.split(separator: "/").suffix(2).joined(separator: "/")
            written.add("\(name) \(text)")
            let link = "\(Self.folder)/driver"
            if name.hasSuffix("driver/unbind") { try? tree.remove(link) }
            guard obeys, name.hasSuffix("drivers_probe") else { return }
            let wanted = tree.text("\(Self.folder)/driver_override") ?? "\n"
            try? tree.link(link, to: "../../../../bus/pci/drivers/\(wanted == "\n" ? "igbvf" : wanted)")
        }
        return (assignment, written)
    }

    @Test("a device is driven for guests, and then by its own driver again")
    func thereAndBack() async throws {
        let host = try await Host()
        let (assignment, written) = try assignment(host)
        let device = try host.driver.device(named: Self.device)
        try await assignment.detach(device, by: nil)
        let detached = [
            "0000:01:10.0/driver_override vfio-pci", "driver/unbind 0000:01:10.0",
            "pci/drivers_probe 0000:01:10.0",
        ]
        #expect(written.all == detached)
        try await assignment.detach(device, by: "vfio")
        #expect(written.all == detached, "it's driven for guests already")
        #expect(try await host.device(Self.device).xmlDesc(flags: []).contains("<name>vfio-pci</name>"))
        try await assignment.reattach(device)
        let back = ["0000:01:10.0/driver_override \n"] + detached.dropFirst()
        #expect(written.all == detached + back)
        try await assignment.reattach(device)
        #expect(written.all == detached + back, "the host has it already")
    }

    @Test("where no driver takes a device it isn't kept for one")
    func notTaken() async throws {
        let host = try await Host()
        let (assignment, written) = try assignment(host, obeys: false)
        let device = try host.driver.device(named: Self.device)
        let refused = await words { try await assignment.detach(device, by: nil) }
        #expect(refused.contains("doesn't take PCI device 0000:01:10.0"))
        #expect(written.all.last == "0000:01:10.0/driver_override \n")
        let unknown = await words { try await assignment.detach(device, by: "no/such") }
        #expect(unknown.contains("Failed to load PCI driver module no/such"))
    }

    @Test("an endpoint is reset, a bridge and what is no PCI device aren't, and nothing is lent without VFIO")
    func resets() async throws {
        let host = try await Host()
        let computer = try host.driver.device(named: "computer")
        let bare = await words { try await host.driver.pci.detach(computer, by: nil) }
        #expect(bare.hasSuffix("VFIO device assignment is currently not supported on this system"))
        let (assignment, written) = try assignment(host)
        try await assignment.reset(try host.driver.device(named: Self.device))
        #expect(written.all == ["0000:01:10.0/reset 1"])
        let bridge = try host.driver.device(named: "pci_0000_00_1c_0")
        let refused = await words { try await assignment.reset(bridge) }
        #expect(refused.hasSuffix("0000:00:1c.0. Only PCI endpoint devices can be reset"))
        for call in [assignment.reset, assignment.reattach] {
            #expect(await words { try await call(computer) }.hasSuffix("device computer is not a PCI device"))
        }
    }
}

final class Written: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
