import DriverKit
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// What has gone through the disks.
extension QEMUDomain {
    nonisolated func blockStats(path: String) async throws(VirtError) -> DomainBlockStatsReply {
        let counters = try await counters(of: path)
        return DomainBlockStatsReply(
            rdReq: Int64(clamping: counters.read.operations), rdBytes: Int64(clamping: counters.read.bytes),
            wrReq: Int64(clamping: counters.written.operations),
            wrBytes: Int64(clamping: counters.written.bytes), errs: -1)
    }

    nonisolated func blockStatsFlags(path: String, flags: UInt32) async throws(VirtError) -> [TypedParameter]
    {
        // That it understands parameters which are text, a client may always say.
        try flags.require(4, in: "qemuDomainBlockStatsFlags", from: .qemu)
        let counters = try await counters(of: path)
        let values: [(String, UInt64)] = [
            ("wr_bytes", counters.written.bytes), ("wr_operations", counters.written.operations),
            ("rd_bytes", counters.read.bytes), ("rd_operations", counters.read.operations),
            ("flush_operations", counters.flushed.operations), ("wr_total_times", counters.written.time),
            ("rd_total_times", counters.read.time), ("flush_total_times", counters.flushed.time),
        ]
        return values.map { TypedParameter($0.0, .llong(Int64(clamping: $0.1))) }
    }

    /// What a disk has done, or all together where none is named.
    private nonisolated func counters(of path: String) async throws(VirtError) -> BlockCounters {
        let now = try existingActive()
        if path.isEmpty {
            let devices = try await blockNodes().devices
            return devices.reduce(into: BlockCounters()) { $0.add($1.counters) }
        }
        let disk = try now.disk(path, orElse: "invalid path: \(path)")
        return try await blockDevice(of: disk).counters
    }
}
