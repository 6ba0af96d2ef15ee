import Roost
import Virt

/// A disk as a domain's XML has it.
struct DiskRow {
    let type: String
    let device: String
    let target: String
    let source: String?

    init(_ node: XMLQuery.Node) {
        type = node.attribute("type") ?? ""
        device = node.attribute("device") ?? ""
        target = node.string("./target/@dev") ?? ""
        source = Self.source(node, type)
    }

    private static func source(_ node: XMLQuery.Node, _ type: String) -> String? {
        switch type {
        case "nvme":
            guard let address = node.nodes("./source/address").first else { return nil }
            let namespace = node.string("./source/@namespace") ?? ""
            let parts = ["domain", "bus", "slot", "function"].map {
                address.attribute($0)?.dropFirst(2) ?? ""
            }
            return "nvme://\(parts[0]):\(parts[1]):\(parts[2]).\(parts[3])/\(namespace)"
        case "vhostuser", "vhostvdpa":
            return node.string("./source/@path | ./source/@dev")
        default:
            return node.string(
                "./source/@file | ./source/@dev | ./source/@dir | ./source/@name | ./source/@volume")
        }
    }
}

extension Session {
    func disks(of domain: Domain, _ flags: DomainXMLFlags = []) async throws -> [DiskRow] {
        try XMLQuery(try await domain.xmlDesc(flags: flags)).nodes("./devices/disk").map(DiskRow.init)
    }
}

extension CommandOption {
    static let disk = Completer.domainXML("./devices/disk/target/@dev")
}

extension Command {
    static let domblklist = Command(
        "domblklist", "list all domain blocks", description: "List the disks of a domain.",
        options: [
            .domain, .flag("inactive", "as of the next start"), .flag("details", "with type and device"),
            .json,
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let isDetailed = arguments.has("details")
        var table = Table(header: (isDetailed ? ["Type", "Device"] : []) + ["Target", "Source"])
        for disk in try await session.disks(of: domain, arguments.has("inactive") ? .inactive : []) {
            table.add(
                cells: (isDetailed ? [.text(disk.type), .text(disk.device)] : [])
                    + [.text(disk.target), .text(disk.source, without: "-")])
        }
        session.output.print(table)
    }

    static let domblkinfo = Command(
        "domblkinfo", "domain block device size information", description: "Print the sizes of a disk.",
        options: [
            .domain, .optional("device", "target or source of the disk", complete: CommandOption.disk),
            .flag("human", "with units that people read"), .flag("all", "of all disks"), .json,
        ]
    ) { session, arguments in
        try arguments.exclude("all", "device")
        if !arguments.has("all"), !arguments.has("device") {
            throw Failure("command 'domblkinfo' requires <device> option")
        }
        let domain = try await session.domain(arguments)
        let isHuman = arguments.has("human")
        let size = { (bytes: UInt64) in
            Cell.size(bytes, isHuman ? ByteSize.text(bytes, digits: 3) : String(bytes))
        }
        if !arguments.has("all") {
            let info = try await domain.blockInfo(path: arguments.required("device"), flags: 0)
            session.output.field("Capacity", size(info.capacity))
            session.output.field("Allocation", size(info.allocation))
            session.output.field("Physical", size(info.physical))
            return
        }
        var table = Table("Target", "Capacity", "Allocation", "Physical")
        for disk in try await session.disks(of: domain) {
            guard disk.source != nil, let info = try await domain.sizes(of: disk) else {
                table.add(cells: [.text(disk.target)] + Array(repeating: Cell.missing("-"), count: 3))
                continue
            }
            table.add(cells: [
                .text(disk.target), size(info.capacity), size(info.allocation), size(info.physical),
            ])
        }
        session.output.print(table)
    }

    static let domblkerror = Command(
        "domblkerror", "Show errors on block devices", description: "List the disks that have met an error.",
        options: [.domain([.active])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let names = ["no error", "unspecified error", "no space"]
        let errors = try await domain.diskErrors(flags: 0)
        if errors.isEmpty { session.output.print("No errors found\n") }
        for error in errors {
            let text = names.indices.contains(Int(error.error)) ? names[Int(error.error)] : "unknown error"
            session.output.print("\(error.disk): \(text)\n")
        }
    }

    static let domblkstat = Command(
        "domblkstat", "get device block stats for a domain",
        description: "Print the counters of a disk, or of all.",
        options: [
            .domain([.active]),
            .optional(
                "device", "target or source of the disk", allowsEmpty: true, complete: CommandOption.disk),
            .flag("human", "in words"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let device = try arguments.string("device") ?? ""
        let counters = try await domain.blockCounters(device)
        if arguments.has("human") { session.output.print("Device: \(device)\n") }
        for (key, value) in counters {
            if arguments.has("human") {
                session.output.print(" " + ((counterWords[key] ?? key) + ":").padded(to: 31) + " \(value)\n")
            } else {
                session.output.print("\(device) \(key) \(value)\n")
            }
        }
    }
}

private let counterWords = [
    "rd_req": "number of read operations", "rd_bytes": "number of bytes read",
    "wr_req": "number of write operations", "wr_bytes": "number of bytes written", "errs": "error count",
    "flush_operations": "number of flush operations", "rd_total_times": "total duration of reads (ns)",
    "wr_total_times": "total duration of writes (ns)", "flush_total_times": "total duration of flushes (ns)",
]

/// The keys that are printed, in their order, by the names that the protocol has for them.
private let counterKeys = [
    ("rd_operations", "rd_req"), ("rd_bytes", "rd_bytes"), ("wr_operations", "wr_req"),
    ("wr_bytes", "wr_bytes"),
    ("errs", "errs"), ("flush_operations", "flush_operations"), ("rd_total_times", "rd_total_times"),
    ("wr_total_times", "wr_total_times"), ("flush_total_times", "flush_total_times"),
]

extension Domain {
    /// A disk's sizes; nil where nobody but the guest, which doesn't run, could reach it.
    fileprivate func sizes(of disk: DiskRow) async throws -> DomainBlockInfo? {
        do {
            return try await blockInfo(path: disk.target, flags: 0)
        } catch {
            if disk.type == "network", try await !isActive() { return nil }
            throw error
        }
    }

    /// What a disk has done so far; from the old call where the hypervisor doesn't have the new one.
    fileprivate func blockCounters(_ device: String) async throws -> [(String, String)] {
        do {
            let parameters = try await blockStatsFlags(path: device, flags: 0)
            return counterKeys.compactMap { name, shown in
                parameters.first { $0.field == name }.map { (shown, $0.value.text) }
            }
        } catch {
            if error.code != .noSupport { throw error }
        }
        let stats = try await explaining("Failed to get block stats \(reference.name) \(device)") {
            try await blockStats(path: device)
        }
        let all = [
            ("rd_req", stats.rdReq), ("rd_bytes", stats.rdBytes), ("wr_req", stats.wrReq),
            ("wr_bytes", stats.wrBytes), ("errs", stats.errs),
        ]
        return all.filter { $0.1 >= 0 }.map { ($0.0, String($0.1)) }
    }
}
