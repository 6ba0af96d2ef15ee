import ByteText
import Roost
import Virt

extension Command {
    static let freepages = Command(
        "freepages", "NUMA free pages",
        description: "Print how many pages of memory are free in a NUMA cell, or in all.",
        options: [
            .value("cellno", "NUMA cell number", type: .number),
            .value("pagesize", "page size (in kibibytes)", type: .number),
            .flag("all", "show free pages for all NUMA cells"),
        ]
    ) { session, arguments in
        try arguments.exclude("all", "cellno")
        let size = try arguments.pageSize("pagesize")
        let connection = try await session.connected()
        if arguments.has("all") { return try await session.printFreePages(connection, size) }
        guard let cell: Int32 = try arguments.number("cellno") else {
            throw Failure("missing cellno argument")
        }
        guard let size else { throw Failure("missing pagesize argument") }
        let counts = try await connection.nodeFreePages(
            pages: [size], startCell: cell, cellCount: 1, flags: 0)
        session.output.print("\(size)KiB: \(counts.first ?? 0)\n")
    }

    static let allocpages = Command(
        "allocpages", "Manipulate pages pool size",
        description: "Set how many large pages there are in a NUMA cell, in all cells, or in the host.",
        options: [
            .required("pagesize", "page size (in kibibytes)", type: .number),
            .required("pagecount", "page count", type: .number),
            .value("cellno", "NUMA cell number", type: .number),
            .flag("add", "instead of setting new pool size add pages to it"),
            .flag("all", "set on all NUMA cells"),
        ]
    ) { session, arguments in
        try arguments.exclude("all", "cellno")
        let size = try arguments.pageSize("pagesize") ?? 0
        let text = try arguments.required("pagecount")
        guard let count = UInt64(text) else { throw arguments.malformed("pagecount", text) }
        let connection = try await session.connected()
        var (first, cells): (Int32, UInt32) = (try arguments.number("cellno") ?? -1, 1)
        if arguments.has("all") {
            (first, cells) = (0, UInt32(clamping: try await cellNumbers(connection).count))
        }
        _ = try await connection.nodeAllocPages(
            pageSizes: [size], pageCounts: [count], startCell: first, cellCount: max(1, cells),
            flags: arguments.has("add") ? .add : .set)
    }

    static let nodeMemoryTune = Command(
        "node-memory-tune", "Get or set node memory parameters",
        description: "Print or set how the host merges equal pages of memory.",
        options: [
            .value(
                "shm-pages-to-scan",
                "number of pages to scan before the shared memory service goes to sleep", type: .number),
            .value(
                "shm-sleep-millisecs",
                "number of millisecs the shared memory service should sleep before next scan", type: .number),
            .value(
                "shm-merge-across-nodes",
                "Specifies if pages from different numa nodes can be merged", type: .number),
        ]
    ) { session, arguments in
        let names = ["shm_pages_to_scan", "shm_sleep_millisecs", "shm_merge_across_nodes"]
        let settings = try names.compactMap { name -> TypedParameter? in
            let value: UInt32? = try arguments.number(name.replacing(byte: "_", with: "-"))
            return value.map { TypedParameter(name, .uint($0)) }
        }
        let connection = try await session.connected()
        if !settings.isEmpty {
            try await explaining("Unable to change memory parameters") {
                try await connection.nodeSetMemoryParameters(parameters: settings, flags: 0)
            }
            return
        }
        let parameters = try await explaining("Unable to get number of memory parameters") {
            try await connection.nodeMemoryParameters(flags: 0)
        }
        if parameters.isEmpty { return }
        session.output.print("Shared memory:\n")
        for parameter in parameters {
            session.output.print("\t\(parameter.field.padded(to: 15)) \(parameter.value.text)\n")
        }
    }
}

/// The numbers of the host's cells.
private func cellNumbers(_ connection: Connection) async throws -> [Int32] {
    try XMLQuery(try await connection.capabilities()).strings("/capabilities/host/topology/cells/cell/@id")
        .compactMap { Int32($0) }
}

extension Session {
    /// Prints what is free in every cell, of one size of pages or of all that it has.
    fileprivate func printFreePages(_ connection: Connection, _ size: UInt32?) async throws {
        let query = try XMLQuery(try await connection.capabilities())
        // As virsh, which asks each cell for all sizes that any has.
        let known = try query.nodes("/capabilities/host/topology/cells/cell/pages").compactMap {
            $0.attribute("size").flatMap { UInt32($0) }
        }
        let sizes = size.map { [$0] } ?? Set(known).sorted()
        for cell in try query.nodes("/capabilities/host/topology/cells/cell") {
            guard let number = cell.attribute("id").flatMap({ Int32($0) }) else { continue }
            let counts = try await connection.nodeFreePages(
                pages: sizes, startCell: number, cellCount: 1, flags: 0)
            let lines = zip(sizes, counts).map { "\($0)KiB: \($1)\n" }.joined()
            output.print("Node \(number):\n\(lines)\n")
        }
    }
}

extension Arguments {
    /// A size of pages in KiB; a number with a unit is one, too.
    fileprivate func pageSize(_ name: String) throws -> UInt32? {
        guard let text = try string(name) else { return nil }
        let units: [(String, UInt32)] = [
            ("k", 1), ("K", 1), ("KiB", 1), ("M", 1024), ("MiB", 1024), ("G", 1 << 20), ("GiB", 1 << 20),
        ]
        let digits = text.utf8.prefix { $0.isDigit }
        let unit = String(text.dropFirst(digits.count))
        let factor = unit.isEmpty ? 1 : units.first { $0.0.hasSameBytes(as: unit) }?.1
        guard let number = UInt32(String(digits) ?? ""), let factor else {
            throw malformedSize("<\(name)>", text)
        }
        let (size, isTooGreat) = number.multipliedReportingOverflow(by: factor)
        if isTooGreat { throw malformed(name, text) }
        return size
    }
}
