import Roost
import Virt

/// What the agent in a guest tells of it.
extension Command {
    static let guestinfo = Command(
        "guestinfo", "query information about the guest (via agent)",
        description: "Print what a guest's agent tells of its system; all that it knows, or what is named.",
        options: [
            .domain([.active]), .flag("user", "report active users"),
            .flag("os", "report operating system information"),
            .flag("timezone", "report timezone information"), .flag("hostname", "report hostname"),
            .flag("filesystem", "report filesystem information"),
            .flag("disk", "report disk information"),
            .flag("interface", "report interface information"),
            .flag("load", "report load averages information"),
        ]
    ) { session, arguments in
        let groups = ["user", "os", "timezone", "hostname", "filesystem", "disk", "interface", "load"]
        var types: UInt32 = 0
        for (bit, group) in groups.enumerated() where arguments.has(group) { types |= 1 << UInt32(bit) }
        let domain = try await session.domain(arguments)
        for one in try await domain.guestInfo(types: types, flags: 0) {
            session.output.print("\(one.field.padded(to: 20)): \(one.value.text)\n")
        }
    }

    static let guestvcpus = Command(
        "guestvcpus", "query or modify state of vcpu in the guest (via agent)",
        description: "Print which processors a guest's system uses, or have it use others.",
        options: [
            .domain([.active]), .value("cpulist", "list of cpus to enable or disable"),
            .flag("enable", "enable cpus specified by cpulist"),
            .flag("disable", "disable cpus specified by cpulist"),
        ]
    ) { session, arguments in
        try arguments.exclude("enable", "disable")
        try arguments.require("cpulist", for: "enable")
        try arguments.require("cpulist", for: "disable")
        let domain = try await session.domain(arguments)
        if let list = try arguments.string("cpulist") {
            guard arguments.has("enable") || arguments.has("disable") else {
                throw Failure("One of options --enable or --disable is required by option --cpulist")
            }
            return try await domain.setGuestVcpus(
                cpumap: list, state: arguments.has("enable") ? 1 : 0, flags: [])
        }
        for one in try await domain.guestVcpus(flags: 0) {
            session.output.print("\(one.field.padded(to: 15)): \(one.value.text)\n")
        }
    }
}
