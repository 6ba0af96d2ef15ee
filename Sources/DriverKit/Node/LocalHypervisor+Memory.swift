import LinuxSystem
import Virt
import VirtDriver

extension LocalHypervisor {
    public func nodeFreeMemory() async throws(VirtError) -> UInt64 {
        let cells = MemoryFacts.cells().compactMap { MemoryFacts(cell: $0)?.free }
        let free = cells.isEmpty ? try Node.memory().free : cells.reduce(0, &+)
        return free &* 1024
    }

    public func nodeCellsFreeMemory(startCell: Int32, maxcells: Int32) async throws(VirtError) -> [UInt64] {
        let cells = try Node.cells(from: startCell, count: Int(maxcells))
        return cells.map { MemoryFacts(cell: $0)?.free ?? 0 }.map { $0 &* 1024 }
    }

    public func nodeMemoryStats(cellNum: Int32, flags: UInt32) async throws(VirtError) -> [NodeMemoryStat] {
        try flags.require(in: "virHostMemGetStats", from: .none)
        if cellNum == -1 {
            let facts = try Node.memory()
            return [
                NodeMemoryStat(field: "total", value: facts.total),
                NodeMemoryStat(field: "free", value: facts.free),
                NodeMemoryStat(field: "buffers", value: facts.buffers),
                NodeMemoryStat(field: "cached", value: facts.cached),
            ]
        }
        let last = MemoryFacts.cells().max() ?? 0
        guard cellNum <= last, let facts = MemoryFacts(cell: Int(cellNum)) else {
            let message = "cellNum in virHostMemGetStats must be less than or equal to \(last)"
            throw .refused("virHostMemGetStats", "cellNum", message, from: .none)
        }
        return [
            NodeMemoryStat(field: "total", value: facts.total),
            NodeMemoryStat(field: "free", value: facts.free),
        ]
    }

    public func nodeFreePages(
        pages: [UInt32], startCell: Int32, cellCount: UInt32, flags: UInt32
    ) async throws(VirtError) -> [UInt64] {
        try flags.require(in: "virHostMemGetFreePages", from: .none)
        var counts: [UInt64] = []
        for cell in try Node.cells(from: startCell, count: Int(cellCount)) {
            for size in pages {
                guard let count = MemoryFacts.freePages(ofSize: Int(size), cell: cell) else {
                    let message = "operation failed: page size \(size) is not available on node \(cell)"
                    throw VirtError(
                        code: .operationFailed, domain: .none, message: message,
                        string1: "operation failed: %s")
                }
                counts.append(count)
            }
        }
        return counts
    }

    /// How pages are merged, each parameter under libvirt's name.
    public func nodeMemoryParameters(flags: UInt32) async throws(VirtError) -> [TypedParameter] {
        // Clients say that they would understand strings (4); there are none.
        try flags.require(4, in: "virHostMemGetParameters", from: .none)
        guard let merging = PageMergingFacts() else { return [] }
        let settings = ["pages_to_scan", "sleep_millisecs"].compactMap { name in
            merging.number(name).map { TypedParameter("shm_" + name, .uint(UInt32(clamping: $0))) }
        }
        let counts = ["pages_shared", "pages_sharing", "pages_unshared", "pages_volatile", "full_scans"]
            .compactMap { name in merging.number(name).map { TypedParameter("shm_" + name, .ullong($0)) } }
        let across = merging.number("merge_across_nodes").map {
            TypedParameter("shm_merge_across_nodes", .uint(UInt32(clamping: $0)))
        }
        return settings + counts + (across.map { [$0] } ?? [])
    }
}

extension Node {
    static func memory() throws(VirtError) -> MemoryFacts {
        do throws(SystemError) {
            return try MemoryFacts()
        } catch {
            throw .unreadable(error)
        }
    }

    /// The cells of a range that exist; throws where it begins behind the last.
    static func cells(from first: Int32, count: Int) throws(VirtError) -> ArraySlice<Int> {
        let cells = MemoryFacts.cells()
        let last = cells.max() ?? 0
        guard first >= 0, Int(first) <= last else {
            let text = "start cell \(first) out of range (0-\(last))"
            throw VirtError(
                code: .internalError, domain: .none, message: "internal error: " + text,
                string1: "internal error: %s",
                string2: text)
        }
        return cells.filter { $0 >= first }.prefix(max(0, count))
    }
}
