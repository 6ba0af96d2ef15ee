import ByteText
import Roost
import Virt

extension Command {
    static let blkdeviotune = Command(
        "blkdeviotune", "Set or query a block device I/O tuning parameters.",
        description: "Print or set how much may go through a disk.",
        options: [
            .domain, .required("device", "block device", complete: CommandOption.disk),
            .value("group-name", "group name to share I/O quota between multiple drives"),
            .alias("group_name", for: "group-name"),
        ] + limitOptions + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let device = try arguments.required("device")
        var wanted = try arguments.limits()
        if let group = try arguments.group() {
            wanted.append(TypedParameter("group_name", .string(group)))
        }
        if !wanted.isEmpty {
            let parameters = wanted
            return try await explaining("Unable to change block I/O throttle") {
                try await domain.setBlockIoTune(disk: device, parameters: parameters, flags: impact)
            }
        }
        let found = try await explaining("Unable to get block I/O throttle parameters") {
            try await domain.blockIoTune(disk: device, flags: impact)
        }
        for parameter in found {
            session.output.print("\(parameter.field.padded(to: 15)): \(parameter.value.text)\n")
        }
    }

    static let domthrottlegroupset = Command(
        "domthrottlegroupset", "Add or update a throttling group.",
        description: "Make a group of limits that disks share, or change it.",
        options: [
            .domain, .required("group-name", "throttle group name"), .alias("group_name", for: "group-name"),
        ]
            + limitOptions + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let group = try arguments.required("group-name")
        let wanted = [TypedParameter("group_name", .string(group))] + (try arguments.limits())
        try await explaining("Unable to set throttle group") {
            try await domain.setThrottleGroup(group: group, parameters: wanted, flags: impact)
        }
        session.output.note("Throttle group set successfully\n")
    }

    static let domthrottlegroupdel = Command(
        "domthrottlegroupdel", "Delete a throttling group.",
        description: "Remove a group of limits that no disk passes through.",
        options: [.domain, .required("group-name", "throttle group name")] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        try await domain.delThrottleGroup(group: arguments.required("group-name"), flags: impact)
        session.output.note("Throttle group deleted successfully\n")
    }

    static let domthrottlegroupinfo = Command(
        "domthrottlegroupinfo", "Get a throttling group.", description: "Print the limits of a group.",
        options: [
            .domain, .required("group-name", "throttle group name"),
            .flag("inactive", "get inactive rather than running configuration"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let wanted = try arguments.required("group-name")
        for group in try await session.throttleGroups(of: domain, arguments)
        where group.string("./group_name")?.hasSameBytes(as: wanted) ?? false {
            for limit in limitNames {
                let name = limit.replacing(byte: "-", with: "_")
                if let value = group.string("./" + name), value != "0" {
                    session.output.print("\(name.padded(to: 15)): \(value)\n")
                }
            }
        }
    }

    static let domthrottlegrouplist = Command(
        "domthrottlegrouplist", "list all domain throttlegroups.",
        description: "List the groups of limits that a domain has.",
        options: [.domain, .flag("inactive", "get inactive rather than running configuration")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        var table = Table("Name")
        for group in try await session.throttleGroups(of: domain, arguments) {
            if let name = group.string("./group_name") { table.add(name) }
        }
        session.output.print(table)
    }
}

extension Session {
    fileprivate func throttleGroups(
        of domain: Domain, _ arguments: Arguments
    ) async throws -> [XMLQuery.Node] {
        let flags: DomainXMLFlags = arguments.has("inactive") ? .inactive : []
        return try XMLQuery(try await domain.xmlDesc(flags: flags)).nodes("./throttlegroups/throttlegroup")
    }
}

/// The limits by the names of their options, in libvirt's order, and what they are for people.
private let limitTexts: KeyValuePairs = [
    "total-bytes-sec": "total throughput limit, as scaled integer (default bytes)",
    "read-bytes-sec": "read throughput limit, as scaled integer (default bytes)",
    "write-bytes-sec": "write throughput limit, as scaled integer (default bytes)",
    "total-iops-sec": "total I/O operations limit per second",
    "read-iops-sec": "read I/O operations limit per second",
    "write-iops-sec": "write I/O operations limit per second",
    "total-bytes-sec-max": "total max, as scaled integer (default bytes)",
    "read-bytes-sec-max": "read max, as scaled integer (default bytes)",
    "write-bytes-sec-max": "write max, as scaled integer (default bytes)",
    "total-iops-sec-max": "total I/O operations max",
    "read-iops-sec-max": "read I/O operations max",
    "write-iops-sec-max": "write I/O operations max",
    "size-iops-sec": "I/O size in bytes",
    "total-bytes-sec-max-length": "duration in seconds to allow total max bytes",
    "read-bytes-sec-max-length": "duration in seconds to allow read max bytes",
    "write-bytes-sec-max-length": "duration in seconds to allow write max bytes",
    "total-iops-sec-max-length": "duration in seconds to allow total I/O operations max",
    "read-iops-sec-max-length": "duration in seconds to allow read I/O operations max",
    "write-iops-sec-max-length": "duration in seconds to allow write I/O operations max",
]

private let limitNames = limitTexts.map(\.key)

private let limitOptions: [CommandOption] = limitTexts.flatMap { name, help in
    [
        CommandOption.value(name, help, type: .number),
        .alias(name.replacing(byte: "-", with: "_"), for: name),
    ]
}

extension Arguments {
    /// The limits that were given; sizes may have units.
    fileprivate func limits() throws(Failure) -> [TypedParameter] {
        var found: [TypedParameter] = []
        for name in limitNames {
            let isSize = name.contains(bytesOf: "bytes") && !name.hasByteSuffix("-length")
            let value = try parsed(name) { (arguments) throws(Failure) -> UInt64? in
                isSize ? try arguments.scaled(name) : try arguments.number(name)
            }
            if let value {
                found.append(TypedParameter(name.replacing(byte: "-", with: "_"), .ullong(value)))
            }
        }
        return found
    }

    /// The name of the group that limits are shared in.
    fileprivate func group() throws(Failure) -> String? {
        try parsed("group-name") { (arguments) throws(Failure) -> String? in
            try arguments.string("group-name")
        }
    }

    /// An option's value; that it is none is told in two lines.
    fileprivate func parsed<Value>(
        _ name: String, _ value: (Arguments) throws(Failure) -> Value?
    ) throws(Failure) -> Value? {
        do throws(Failure) { return try value(self) } catch {
            let what = name == "group-name" ? "group-name" : "integer"
            var lines = error.lines
            lines.insert("Unable to parse \(what) parameter", at: min(1, lines.count))
            throw Failure(lines: lines)
        }
    }
}
