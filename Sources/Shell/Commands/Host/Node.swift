import LinuxSystem
import Roost
import Virt

extension Command {
    static let freecell = Command(
        "freecell", "NUMA free memory",
        description: "Print the free memory of the host, or of its NUMA cells.",
        options: [
            .value("cellno", "NUMA cell number", type: .number), .flag("all", "of all cells, and the sum"),
        ]
    ) { session, arguments in
        try arguments.exclude("all", "cellno")
        let connection = try await session.connected()
        let cell: Int32? = try arguments.number("cellno")
        if arguments.has("all") {
            let ids = try XMLQuery(try await connection.capabilities()).strings(
                "/capabilities/host/topology/cells/cell/@id")
            var sum: UInt64 = 0
            for id in ids.compactMap({ Int32($0) }) {
                let memory = try await connection.nodeCellsFreeMemory(startCell: id, maxcells: 1).first ?? 0
                session.output.print(
                    String(id).paddedLeft(to: 5) + ": " + String(memory / 1024).paddedLeft(to: 10) + " KiB\n")
                sum = sum.addingReportingOverflow(memory).partialValue
            }
            session.output.print(String(repeating: "-", count: 20) + "\n")
            session.output.print(
                "Total".paddedLeft(to: 5) + ": " + String(sum / 1024).paddedLeft(to: 10) + " KiB\n")
        } else if let cell {
            if cell < 0 { throw Failure("startCell in virNodeGetCellsFreeMemory must be zero or greater") }
            let memory = try await connection.nodeCellsFreeMemory(startCell: cell, maxcells: 1).first ?? 0
            session.output.print("\(cell): \(memory / 1024) KiB\n")
        } else {
            session.output.print("Total: \(try await connection.nodeFreeMemory() / 1024) KiB\n")
        }
    }

    static let nodecpumap = Command(
        "nodecpumap", "node cpu map", description: "Print which processors of the host are there and online.",
        options: [.flag("pretty", "as ranges"), .json]
    ) { session, arguments in
        let connection = try await session.connected()
        let reply = try await explaining("Unable to get cpu map") {
            try await connection.nodeCPUMap(needMap: 1, needOnline: 1, flags: 0)
        }
        let count = Int(max(0, reply.result))
        session.output.field("CPUs present", count)
        session.output.field("CPUs online", reply.online)
        let map =
            arguments.has("pretty")
            ? CPUMap.ranges(reply.cpumap, count: count) : CPUMap.letters(reply.cpumap, count: count)
        session.output.field("CPU map", map)
    }

    static let nodememstats = Command(
        "nodememstats", "prints memory stats of the node",
        description: "Print what the host's memory is used for.",
        options: [.value("cell", "NUMA cell number", type: .number)]
    ) { session, arguments in
        let cell: Int32 = try arguments.number("cell") ?? -1
        let connection = try await session.connected()
        let stats = try await explaining("Unable to get number of memory stats") {
            try await connection.nodeMemoryStats(cellNum: cell, flags: 0)
        }
        for stat in stats {
            session.output.print(
                stat.field.padded(to: 7) + ": " + String(stat.value).paddedLeft(to: 20) + " KiB\n")
        }
    }

    static let nodecpustats = Command(
        "nodecpustats", "prints cpu stats of the node",
        description: "Print what the host's processors have done.",
        options: [
            .value("cpu", "only this processor", type: .number), .flag("percent", "shares of one second"),
        ]
    ) { session, arguments in
        let cpu: Int32 = try arguments.number("cpu") ?? -1
        let connection = try await session.connected()
        let stats = { () async throws in
            try await explaining("Unable to get node cpu stats") {
                try await connection.nodeCPUStats(cpuNum: cpu, flags: 0)
            }
        }
        let first = try await stats()
        if !arguments.has("percent") {
            for (name, field) in cpuStatNames {
                guard let value = first.first(where: { $0.field == field }) else { continue }
                session.output.print(
                    (name + ":").padded(to: 15) + " " + String(value.value).paddedLeft(to: 20) + "\n")
            }
            return
        }
        if let usage = first.first(where: { $0.field == "utilization" }) {
            return session.output.print("usage:".padded(to: 15) + " " + percent(Double(usage.value)) + "\n")
        }
        try? await Task.sleep(for: .seconds(1))
        session.printShares(first, try await stats())
    }
}

/// What is printed, and the names that the protocol has for it.
private let cpuStatNames = [
    ("user", "user"), ("system", "kernel"), ("idle", "idle"), ("iowait", "iowait"), ("intr", "intr"),
    ("usage", "utilization"),
]

private func percent(_ share: Double) -> String { share.text(digits: 1).paddedLeft(to: 5) + "%" }

extension Session {
    /// The shares of the time between two looks.
    fileprivate func printShares(_ first: [NodeCPUStat], _ second: [NodeCPUStat]) {
        let growth = cpuStatNames.compactMap { name, field -> (String, Double)? in
            guard let before = first.first(where: { $0.field == field }),
                let now = second.first(where: { $0.field == field })
            else { return nil }
            return (name, Double(now.value) - Double(before.value))
        }
        let total = growth.reduce(0) { $0 + $1.1 }
        let busy = growth.filter { $0.0 == "user" || $0.0 == "system" }.reduce(0) { $0 + $1.1 }
        for (name, value) in [("usage", busy)] + growth {
            output.print((name + ":").padded(to: 15) + " " + percent(value / total * 100) + "\n")
        }
    }
}
