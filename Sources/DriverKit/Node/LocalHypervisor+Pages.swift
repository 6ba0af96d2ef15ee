import ByteText
import LinuxSystem
import Virt
import VirtDriver

/// What is changed of the host's memory.
extension LocalHypervisor {
    /// Sets or adds to how many large pages there are, of each size in KiB, in cells or in the machine as a whole (-1).
    ///
    /// - Returns: how many of these pools were changed.
    public func nodeAllocPages(
        pageSizes: [UInt32], pageCounts: [UInt64], startCell: Int32, cellCount: UInt32,
        flags: NodeAllocPagesFlags
    ) async throws(VirtError) -> Int32 {
        try flags.require(.set, in: "qemuNodeAllocPages", from: .qemu)
        let cells: [Int?] =
            startCell == -1 ? [nil] : try Node.cells(from: startCell, count: Int(cellCount)).map { $0 }
        return try await Blocking.run { () throws(VirtError) in
            var changed: Int32 = 0
            for cell in cells {
                for (size, count) in zip(pageSizes, pageCounts) {
                    try Node.setPages(ofSize: size, to: count, in: cell, adding: !flags.contains(.set))
                    changed += 1
                }
            }
            return changed
        }
    }

    /// Changes how pages are merged.
    public func nodeSetMemoryParameters(parameters: [TypedParameter], flags: UInt32) async throws(VirtError) {
        try flags.require(in: "virHostMemSetParameters", from: .none)
        let settings = try parameters.map { (parameter) throws(VirtError) in
            guard let name = parameter.field.droppingBytePrefix("shm_").map({ String($0) }),
                ["pages_to_scan", "sleep_millisecs", "merge_across_nodes"].contains(name),
                case .uint(let value) = parameter.value
            else {
                throw VirtError(.argumentUnsupported, "parameter '\(parameter.field)' not supported")
            }
            return (name, value)
        }
        try await Blocking.run { () throws(VirtError) in
            for (name, value) in settings {
                try VirtError.reporting("failed to set shm_\(name)", from: .none) { () throws(SystemError) in
                    try PageMergingFacts.set(name, value)
                }
            }
        }
    }
}

extension Node {
    /// Changes a pool of large pages: a cell's, or the machine's. The kernel may find fewer than it is asked for.
    fileprivate static func setPages(
        ofSize size: UInt32, to count: UInt64, in cell: Int?, adding: Bool
    ) throws(VirtError) {
        if Int(size) == Host.pageSize / 1024 {
            throw VirtError(.operationUnsupported, "system pages pool can't be modified")
        }
        guard let now = MemoryFacts.pagePool(ofSize: Int(size), cell: cell) else {
            let place = cell.map { " on node \($0)" } ?? ""
            throw VirtError(.operationFailed, "page size \(size) is not available\(place)")
        }
        let (wanted, isTooMany) = adding ? now.addingReportingOverflow(count) : (count, false)
        if isTooMany { throw VirtError(.invalidArg, "\(count) pages are too many") }
        try VirtError.reporting("cannot set the count of pages of \(size) KiB", from: .none) {
            () throws(SystemError) in
            try MemoryFacts.setPagePool(ofSize: Int(size), cell: cell, to: wanted)
        }
        let got = MemoryFacts.pagePool(ofSize: Int(size), cell: cell) ?? 0
        if got != wanted {
            throw VirtError(.operationFailed, "Unable to allocate \(wanted) pages. Allocated only \(got)")
        }
    }
}
