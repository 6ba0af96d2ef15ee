import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import XMLBinding

extension TestHypervisor {
    func type() -> String { "TEST" }
    func version() -> UInt64 { 2 }
    func libVersion() -> UInt64 { APILevel.version }
    func uri() -> String { address.description }
    func isSecure() -> Bool { true }
    func maxVcpus(type: String?) -> Int32 { Int32(clamping: TestHost.maxVCPUs) }
    func hostname() async -> String { await Blocking.run { LinuxSystem.Host.canonicalName() } }
    func nodeInfo() -> NodeInfo { host.node }

    func baselineCPU(xmlCPUs: [String], flags: ConnectBaselineCPUFlags) async throws(VirtError) -> String {
        try flags.require(.expandFeatures, in: "testConnectBaselineCPU", from: .test)
        return try CPUQuestions.baseline(xmlCPUs, flags)
    }

    func capabilities() throws(VirtError) -> String {
        do throws(XMLError) {
            return try host.capabilities()
        } catch {
            throw VirtError(document: error, from: .test)
        }
    }

    func nodeSecurityModel() -> NodeSecurityModelReply {
        NodeSecurityModelReply(model: TestDomain.securityModel.utf8CString.map { $0 }, doi: [0])
    }

    func nodeFreeMemory() -> UInt64 { TestHost.cellMemory.reduce(0, +) / 2 }

    func nodeCellsFreeMemory(startCell: Int32, maxcells: Int32) throws(VirtError) -> [UInt64] {
        let cells = TestHost.cellMemory
        guard startCell >= 0, Int(startCell) < cells.count, maxcells > 0 else {
            throw VirtError(.invalidArg, "Range exceeds available cells", from: .test)
        }
        return Array(cells.dropFirst(Int(startCell)).prefix(Int(maxcells)))
    }

    /// Three of eight CPUs are online.
    func nodeCPUMap(needMap: Int32, needOnline: Int32, flags: UInt32) throws(VirtError) -> NodeCPUMapReply {
        try flags.require(in: "testNodeGetCPUMap", from: .test)
        return NodeCPUMapReply(
            cpumap: needMap == 0 ? [] : [0b0001_0101], online: needOnline == 0 ? 0 : 3, result: 8)
    }

    func nodeCPUStats(cpuNum: Int32, flags: UInt32) throws(VirtError) -> [NodeCPUStat] {
        try flags.require(in: "testNodeGetCPUStats", from: .test)
        let stats: [(String, UInt64)] = [
            ("user", 9_797_400_000), ("kernel", 34_678_723_400_000), ("idle", 87_264_900_000),
            ("iowait", 763_600_000),
        ]
        return stats.map { NodeCPUStat(field: $0.0, value: $0.1) }
    }

    func sysinfo(flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "testConnectGetSysinfo", from: .test)
        return """
            <sysinfo type='smbios'>
              <bios>
                <entry name='vendor'>LENOVO</entry>
                <entry name='version'>G4ETA1WW (2.61 )</entry>
                <entry name='date'>05/07/2014</entry>
                <entry name='release'>2.61</entry>
              </bios>
            </sysinfo>

            """
    }
}
