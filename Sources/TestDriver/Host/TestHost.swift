import DriverKit
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

/// The pretended host that connections share: its machine, its domains, what happens on it.
final class TestHost: Sendable {
    let node: NodeInfo
    let events = EventHub()
    let domains = DomainRegistry<TestDomain>(origin: .test, namesMissing: false)
    let networks = ObjectRegistry<TestNetworkState>()
    let pools = ObjectRegistry<TestPoolState>()
    let interfaces = TestInterfaceService()
    let nodeDevices: TestNodeDeviceService
    /// Whether guests may be saved to files and read from them.
    let opensFiles: Bool

    /// The most CPUs that a guest may have.
    static let maxVCPUs: UInt32 = 32
    /// What every guest takes the time to be, in seconds since 1970.
    static let moment: Int64 = 627_319_920
    /// How much memory each NUMA cell has, in KiB.
    static let cellMemory: [UInt64] = [2_097_152, 4_194_304]

    /// A host with nothing on it.
    init(
        node: NodeInfo = TestHost.standardNode, devices: [TestNodeDeviceState] = [], opensFiles: Bool = true
    ) {
        (self.node, self.opensFiles) = (node, opensFiles)
        nodeDevices = TestNodeDeviceService(devices, events: events)
    }

    static let standardNode = NodeInfo(
        model: "i686", memory: 3_145_728, cpus: 16, mhz: 1400, nodes: 2, sockets: 2, cores: 2, threads: 2)

    /// The host of `test:///default`: one domain, network, pool and interface, which are active, and devices.
    static func standard(opensFiles: Bool = true) throws(VirtError) -> TestHost {
        let host = TestHost(devices: TestNodeDeviceState.standard, opensFiles: opensFiles)
        try host.addRunning(standardDomain)
        try host.addStandardObjects()
        return host
    }

    /// Puts a persistent domain there that runs already.
    private func addRunning(_ text: String) throws(VirtError) {
        try add(DomainDefinition(document: text), .running)
    }
}
