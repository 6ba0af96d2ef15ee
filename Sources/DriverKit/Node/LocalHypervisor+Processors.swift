import LinuxSystem
import Virt
import VirtDriver

extension LocalHypervisor {
    public func nodeCPUStats(cpuNum: Int32, flags: UInt32) async throws(VirtError) -> [NodeCPUStat] {
        try flags.require(in: "virHostCPUGetStatsLinux", from: .none)
        guard let times = ProcessorTimes(processor: cpuNum == -1 ? nil : Int(cpuNum)) else {
            let message = "Invalid cpuNum in virHostCPUGetStatsLinux"
            throw .refused("virHostCPUGetStatsLinux", "cpuNum", message, from: .none)
        }
        return [
            NodeCPUStat(field: "kernel", value: times.kernel), NodeCPUStat(field: "user", value: times.user),
            NodeCPUStat(field: "idle", value: times.idle), NodeCPUStat(field: "iowait", value: times.waiting),
        ]
    }

    public func nodeCPUMap(needMap: Int32, needOnline: Int32, flags: UInt32) async throws(VirtError)
        -> NodeCPUMapReply
    {
        try flags.require(in: "virHostCPUGetMap", from: .none)
        let topology = try await Node.read { () throws(SystemError) in try LinuxSystem.HostTopology() }
        let online = topology.onlineProcessors
        let count = max(topology.possibleProcessors, (online.max() ?? -1) + 1)
        var map = [UInt8](repeating: 0, count: (count + 7) / 8)
        for number in online where map.indices.contains(number / 8) {
            map[number / 8] |= 1 << UInt8(number % 8)
        }
        return NodeCPUMapReply(
            cpumap: needMap == 0 ? [] : map, online: needOnline == 0 ? 0 : UInt32(clamping: online.count),
            result: Int32(clamping: count))
    }
}
