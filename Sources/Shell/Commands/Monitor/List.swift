import Roost
import Virt

extension Command {
    static let list = Command(
        "list", "list domains", description: "List the running domains, or those that the options choose.",
        options: [
            .flag("inactive", "list inactive domains"), .flag("all", "list inactive & active domains"),
            .flag("transient", "list transient domains"), .flag("persistent", "list persistent domains"),
            .flag("with-snapshot", "list domains with existing snapshot"),
            .flag("without-snapshot", "list domains without a snapshot"),
            .flag("with-checkpoint", "list domains with existing checkpoint"),
            .flag("without-checkpoint", "list domains without a checkpoint"),
            .flag("state-running", "list domains in running state"),
            .flag("state-paused", "list domains in paused state"),
            .flag("state-shutoff", "list domains in shutoff state"),
            .flag("state-other", "list domains in other states"),
            .flag("autostart", "list domains with autostart enabled"),
            .flag("no-autostart", "list domains with autostart disabled"),
            .flag("with-managed-save", "list domains with managed save state"),
            .flag("without-managed-save", "list domains without managed save"),
            .flag("uuid", "list UUIDs only"), .flag("name", "list domain names only"),
            .flag("id", "list domain IDs only"), .flag("table", "list a table (default)"),
            .flag("managed-save", "mark inactive domains with managed save state"),
            .flag("title", "show domain title"), .json,
        ]
    ) { session, arguments in
        for format in ["name", "id"] { try arguments.exclude("table", format) }
        let flags = listFlags(arguments)
        let domains = try await session.domains(flags)
        let formats = ["uuid", "id", "name"].filter(arguments.has)
        if formats.isEmpty || arguments.has("table") {
            return try await session.printTable(domains, arguments)
        }
        for domain in domains {
            let cells = formats.map { cell($0, domain.reference) }
            if cells != ["-"] || formats != ["id"] {
                session.output.print(cells.joined(separator: " ") + "\n")
            }
        }
    }
}

private func listFlags(_ arguments: Arguments) -> ConnectListAllDomainsFlags {
    let filters: [(String, ConnectListAllDomainsFlags)] = [
        ("transient", .transient), ("persistent", .persistent), ("with-snapshot", .hasSnapshot),
        ("without-snapshot", .noSnapshot), ("with-checkpoint", .hasCheckpoint),
        ("without-checkpoint", .noCheckpoint), ("state-running", .running), ("state-paused", .paused),
        ("state-shutoff", .shutoff), ("state-other", .other), ("autostart", .autostart),
        ("no-autostart", .noAutostart), ("with-managed-save", .managedsave),
        ("without-managed-save", .noManagedsave),
    ]
    var flags: ConnectListAllDomainsFlags = []
    for (name, flag) in filters where arguments.has(name) { flags.insert(flag) }
    let choosesState = ["state-running", "state-paused", "state-shutoff", "state-other"].contains(
        where: arguments.has)
    if arguments.has("all") || (choosesState && !arguments.has("inactive")) {
        flags.formUnion([.active, .inactive])
    } else {
        flags.insert(arguments.has("inactive") ? .inactive : .active)
    }
    return flags
}

private func cell(_ format: String, _ domain: DomainReference) -> String {
    switch format {
    case "uuid": domain.uuid.description
    case "id": domain.id == -1 ? "-" : String(domain.id)
    default: domain.name
    }
}

extension Session {
    /// The running domains by number, then the others by name.
    fileprivate func domains(_ flags: ConnectListAllDomainsFlags) async throws -> [Domain] {
        let connection = try await connected()
        let domains = try await explaining("Failed to list domains") {
            try await connection.listAllDomains(flags: flags)
        }
        return domains.sorted { Self.comesFirst($0.reference, $1.reference) }
    }

    private static func comesFirst(_ one: DomainReference, _ other: DomainReference) -> Bool {
        if one.id != -1 && other.id != -1 { return one.id < other.id }
        if (one.id == -1) != (other.id == -1) { return one.id != -1 }
        return one.name.lowercased() < other.name.lowercased()
    }

    fileprivate func printTable(_ domains: [Domain], _ arguments: Arguments) async throws {
        let extra = [("title", "Title"), ("uuid", "UUID")].filter { arguments.has($0.0) }.map(\.1)
        var table = Table(header: ["Id", "Name", "State"] + extra)
        for domain in domains {
            let name = domain.reference.name
            // A domain that went between the list and the question has no state, but still a row.
            var state = (try? await domain.state(flags: 0).state) ?? 0
            if domain.reference.id == -1 { state = max(state, 0) }
            var text = DomainStateText.state(state)
            if arguments.has("managed-save"), domain.reference.id == -1,
                (try? await domain.hasManagedSaveImage(flags: 0)) ?? 0 > 0
            {
                text = "saved"
            }
            let id = domain.reference.id
            var cells: [Cell] = [id == -1 ? Cell.missing("-") : .number(id), .text(name), .text(text)]
            if arguments.has("title") { cells.append(.text(await title(of: domain))) }
            if arguments.has("uuid") { cells.append(.text("\(domain.reference.uuid)")) }
            table.add(cells: cells)
        }
        output.print(table)
    }

    private func title(of domain: Domain) async -> String {
        (try? await domain.metadata(type: DomainMetadataType.title.rawValue, uri: nil, flags: [])) ?? ""
    }
}
