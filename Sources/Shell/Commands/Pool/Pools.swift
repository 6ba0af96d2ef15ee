import ByteText
import Roost
import Virt

extension Command {
    static let poolList = Command(
        "pool-list", "list pools",
        description: "List the active storage pools, or those that the options choose.",
        options: [
            .flag("inactive", "list inactive pools"), .flag("all", "list inactive & active pools"),
            .flag("transient", "list transient pools"), .flag("persistent", "list persistent pools"),
            .flag("autostart", "list pools with autostart enabled"),
            .flag("no-autostart", "list pools with autostart disabled"),
            .value(
                "type", "only list pools of these types", complete: .words(poolTypes.map(\.0), isList: true)),
            .flag("details", "with sizes"), .flag("uuid", "list UUIDs only"),
            .flag("name", "list pool names only"), .json,
        ]
    ) { session, arguments in
        try arguments.exclude("details", "uuid")
        try arguments.exclude("details", "name")
        let flags = try poolFlags(arguments)
        let connection = try await session.connected()
        let pools = try await explaining("Failed to list pools") {
            try await connection.listAllStoragePools(flags: flags)
        }
        let sorted = pools.sorted { $0.reference.name.lowercased() < $1.reference.name.lowercased() }
        let (showsUUID, showsName) = (arguments.has("uuid"), arguments.has("name"))
        if showsUUID || showsName {
            for pool in sorted {
                let cells =
                    (showsUUID ? ["\(pool.reference.uuid)"] : []) + (showsName ? [pool.reference.name] : [])
                session.output.print(cells.joined(separator: " ") + "\n")
            }
            return
        }
        let isDetailed = arguments.has("details")
        let sizes = ["Persistent", "Capacity", "Allocation", "Available"]
        var table = Table(header: ["Name", "State", "Autostart"] + (isDetailed ? sizes : []))
        for pool in sorted {
            table.add(cells: try await isDetailed ? detailedRow(pool) : shortRow(pool))
        }
        session.output.print(table)
    }

    static let poolInfo = Command(
        "pool-info", "storage pool information",
        description: "Print what is known of a storage pool at a glance.",
        options: [.pool, .flag("bytes", "sizes in bytes"), .json]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        let isExact = arguments.has("bytes")
        let size = { (bytes: UInt64) in
            Cell.size(bytes, isExact ? String(bytes) : ByteSize.text(bytes, digits: 2))
        }
        session.output.field("Name", pool.reference.name)
        session.output.field("UUID", "\(pool.reference.uuid)")
        let info = try await pool.info()
        session.output.field("State", poolState(info.state))
        session.output.field("Persistent", .flag(try? await pool.isPersistent()))
        session.output.field("Autostart", await starts(pool))
        if info.state == 2 || info.state == 3 {
            session.output.field("Capacity", size(info.capacity))
            session.output.field("Allocation", size(info.allocation))
            session.output.field("Available", size(info.available))
        }
    }

    static let poolDumpxml = Command(
        "pool-dumpxml", "pool information in XML",
        description: "Print the definition of a storage pool as XML.",
        options: [.pool, .flag("inactive", "show what the next start will have")] + .xmlSelection
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        try session.print(
            xml: try await pool.xmlDesc(flags: arguments.has("inactive") ? .inactive : []), arguments)
    }

    static let poolName = Command(
        "pool-name", "convert a pool UUID to pool name", description: "Print the name of a storage pool.",
        options: [.required("pool", "pool uuid")]
    ) { session, arguments in
        session.output.print(try await session.pool(arguments, byName: false).reference.name + "\n")
    }

    static let poolUUID = Command(
        "pool-uuid", "convert a pool name to pool UUID", description: "Print the UUID of a storage pool.",
        options: [.required("pool", "pool name")]
    ) { session, arguments in
        session.output.print("\(try await session.pool(arguments, byUUID: false).reference.uuid)\n")
    }
}

/// The types of pools and the bits that choose them.
private let poolTypes: [(String, ConnectListAllStoragePoolsFlags)] = [
    ("dir", .dir), ("fs", .fs), ("netfs", .netfs), ("logical", .logical), ("disk", .disk), ("iscsi", .iscsi),
    ("scsi", .scsi), ("mpath", .mpath), ("rbd", .rbd), ("sheepdog", .sheepdog), ("gluster", .gluster),
    ("zfs", .zfs), ("vstorage", .vstorage), ("iscsi-direct", .iscsiDirect),
]

private func poolFlags(_ arguments: Arguments) throws(Failure) -> ConnectListAllStoragePoolsFlags {
    var flags: ConnectListAllStoragePoolsFlags = arguments.has("inactive") ? [.inactive] : [.active]
    if arguments.has("all") { flags = [.active, .inactive] }
    if arguments.has("transient") { flags.insert(.transient) }
    if arguments.has("persistent") { flags.insert(.persistent) }
    if arguments.has("autostart") { flags.insert(.autostart) }
    if arguments.has("no-autostart") { flags.insert(.noAutostart) }
    for name in try arguments.string("type")?.split(atByte: ",") ?? [] {
        guard let type = poolTypes.first(where: { $0.0 == name }) else {
            throw Failure("Invalid pool type '\(name)'")
        }
        flags.insert(type.1)
    }
    return flags
}

private func poolState(_ state: UInt8) -> String {
    let words = ["inactive", "building", "running", "degraded", "inaccessible"]
    return words.indices.contains(Int(state)) ? words[Int(state)] : "unknown"
}

private func starts(_ pool: StoragePool) async -> Cell {
    .flag(try? await pool.autostart(), unknown: "no autostart")
}

private func shortRow(_ pool: StoragePool) async throws -> [Cell] {
    [
        .text(pool.reference.name), .text(try await pool.isActive() ? "active" : "inactive"),
        await starts(pool),
    ]
}

private func detailedRow(_ pool: StoragePool) async throws -> [Cell] {
    let info = try await pool.info()
    let hasSizes = info.state == 2 || info.state == 3
    let sizes = [info.capacity, info.allocation, info.available].map {
        hasSizes ? Cell.size($0) : Cell.missing("-")
    }
    return [
        .text(pool.reference.name), .text(poolState(info.state)), await starts(pool),
        .flag(try await pool.isPersistent()),
    ] + sizes
}
