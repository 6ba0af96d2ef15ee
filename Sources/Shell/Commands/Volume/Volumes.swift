import Roost
import Virt

extension Command {
    static let volList = Command(
        "vol-list", "list vols", description: "List the volumes of a storage pool.",
        options: [.pool, .flag("details", "display extended details for volumes"), .json]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        let volumes = try await explaining("Failed to list volumes") {
            try await pool.listAllVolumes(flags: 0)
        }
        let sorted = volumes.sorted { $0.reference.name.lowercased() < $1.reference.name.lowercased() }
        let isDetailed = arguments.has("details")
        var table = Table(
            header: ["Name", "Path"] + (isDetailed ? ["Type", "Capacity", "Allocation"] : []))
        for volume in sorted {
            let path = (try? await volume.path()) ?? volume.reference.key
            var cells: [Cell] = [.text(volume.reference.name), .text(path)]
            if isDetailed {
                let info = try? await volume.info()
                cells +=
                    info.map { [.text(volumeType($0.type)), .size($0.capacity), .size($0.allocation)] }
                    ?? Array(repeating: Cell.missing("unknown"), count: 3)
            }
            table.add(cells: cells)
        }
        session.output.print(table)
    }

    static let volInfo = Command(
        "vol-info", "storage vol information", description: "Print what is known of a volume at a glance.",
        options: [
            .volume, .volumePool, .flag("bytes", "sizes are represented in bytes rather than pretty units"),
            .flag("physical", "return the physical size of the volume in allocation field"), .json,
        ]
    ) { session, arguments in
        let volume = try await session.volume(arguments)
        let (isExact, isPhysical) = (arguments.has("bytes"), arguments.has("physical"))
        let size = { (bytes: UInt64) in
            Cell.size(bytes, isExact ? "\(bytes) bytes" : ByteSize.text(bytes, digits: 2))
        }
        session.output.field("Name", volume.reference.name)
        let info: StorageVolInfoFlagsReply
        if isPhysical {
            info = try await volume.infoFlags(flags: .getPhysical)
        } else {
            let short = try await volume.info()
            info = StorageVolInfoFlagsReply(
                type: short.type, capacity: short.capacity, allocation: short.allocation)
        }
        session.output.field("Type", volumeType(info.type))
        session.output.field("Capacity", size(info.capacity))
        session.output.field(isPhysical ? "Physical" : "Allocation", size(info.allocation))
    }

    static let volDumpxml = Command(
        "vol-dumpxml", "vol information in XML", description: "Print what is known of a volume as XML.",
        options: [.volume, .volumePool] + .xmlSelection
    ) { session, arguments in
        let volume = try await session.volume(arguments)
        try session.print(xml: try await volume.xmlDesc(flags: 0), arguments)
    }

    static let volName = Command(
        "vol-name", "returns the volume name for a given volume key or path",
        description: "Print the name of a volume.", options: [.required("vol", "volume key or path")]
    ) { session, arguments in
        let volume = try await session.volume(arguments, pool: nil, by: [.key, .path])
        session.output.print(volume.reference.name + "\n")
    }

    static let volKey = Command(
        "vol-key", "returns the volume key for a given volume name or path",
        description: "Print the key of a volume.",
        options: [.required("vol", "volume name or path"), .volumePool]
    ) { session, arguments in
        session.output.print(try await session.volume(arguments).reference.key + "\n")
    }

    static let volPath = Command(
        "vol-path", "returns the volume path for a given volume name or key",
        description: "Print the path of a volume.",
        options: [.required("vol", "volume name or key"), .volumePool]
    ) { session, arguments in
        session.output.print(try await session.volume(arguments).path() + "\n")
    }

    static let volPool = Command(
        "vol-pool", "returns the storage pool for a given volume key or path",
        description: "Print in which storage pool a volume is.",
        options: [
            .required("vol", "volume key or path"),
            .flag("uuid", "return the pool uuid rather than pool name"),
        ]
    ) { session, arguments in
        let volume = try await session.volume(arguments, pool: nil, by: [.key, .path])
        let pool = try await explaining("failed to get parent pool") {
            try await volume.storagePoolLookupByVolume()
        }
        session.output.print(
            (arguments.has("uuid") ? "\(pool.reference.uuid)" : pool.reference.name) + "\n")
    }
}

private func volumeType(_ type: Int8) -> String {
    let words = ["file", "block", "dir", "network", "netdir", "ploop"]
    return words.indices.contains(Int(type)) ? words[Int(type)] : "unknown"
}
