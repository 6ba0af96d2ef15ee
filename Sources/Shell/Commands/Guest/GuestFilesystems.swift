import Roost
import Virt

/// What the agent in a guest does with its file systems.
extension Command {
    static let domfsfreeze = Command(
        "domfsfreeze", "Freeze domain's mounted filesystems.",
        description: "Have the guest's agent hold all writing to its file systems, or to some of them.",
        options: [.domain([.active]), .rest("mountpoint", "mountpoint path to be frozen")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let count = try await explaining("Unable to freeze filesystems") {
            try await domain.fsFreeze(mountpoints: arguments.all("mountpoint"), flags: 0)
        }
        session.output.note("Froze \(count) filesystem(s)\n")
    }

    static let domfsthaw = Command(
        "domfsthaw", "Thaw domain's mounted filesystems.",
        description: "Have the guest's agent let writing to its file systems go on.",
        options: [.domain([.active]), .rest("mountpoint", "mountpoint path to be thawed")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let count = try await explaining("Unable to thaw filesystems") {
            try await domain.fsThaw(mountpoints: arguments.all("mountpoint"), flags: 0)
        }
        session.output.note("Thawed \(count) filesystem(s)\n")
    }

    static let domfstrim = Command(
        "domfstrim", "Invoke fstrim on domain's mounted filesystems.",
        description: "Have the guest's agent give the blocks back that its file systems don't use.",
        options: [
            .domain([.active]),
            .value(
                "minimum", "Just a hint to ignore contiguous free ranges smaller than this (Bytes)",
                type: .number),
            .value("mountpoint", "which mount point to trim"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let minimum: UInt64? = try arguments.number("minimum")
        let mountpoint = try arguments.string("mountpoint")
        try await explaining("Unable to invoke fstrim") {
            try await domain.fsTrim(mountPoint: mountpoint, minimum: minimum ?? 0, flags: 0)
        }
    }

    static let domfsinfo = Command(
        "domfsinfo", "Get information of domain's mounted filesystems.",
        description: "List the file systems that are mounted in a guest, as its agent tells.",
        options: [.domain([.active]), .json]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let systems = try await explaining("Unable to get filesystem information") {
            try await domain.fsInfo(flags: 0)
        }
        if systems.isEmpty, !arguments.has("json") {
            return session.output.print("No filesystems are mounted in the domain")
        }
        var table = Table("Mountpoint", "Name", "Type", "Target")
        for system in systems {
            table.add(
                system.mountpoint, system.name, system.fstype, system.devAliases.joined(separator: ","))
        }
        session.output.print(table)
    }
}
