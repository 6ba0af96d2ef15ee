import Roost
import Virt

extension Command {
    static let domid = Command(
        "domid", "convert a domain name or UUID to domain id",
        description: "Print the number of a running domain.",
        options: [.required("domain", "domain name or uuid", complete: .domains([.active]))]
    ) { session, arguments in
        let id = try await session.domain(arguments, by: [.name, .uuid]).reference.id
        session.output.print((id == -1 ? "-" : String(id)) + "\n")
    }

    static let domname = Command(
        "domname", "convert a domain id or UUID to domain name", description: "Print the name of a domain.",
        options: [.required("domain", "domain id or uuid", complete: .domainUUIDs)]
    ) { session, arguments in
        session.output.print(try await session.domain(arguments, by: [.id, .uuid]).reference.name + "\n")
    }

    static let domuuid = Command(
        "domuuid", "convert a domain name or id to domain UUID", description: "Print the UUID of a domain.",
        options: [.required("domain", "domain id or name", complete: .domains())]
    ) { session, arguments in
        session.output.print("\(try await session.domain(arguments, by: [.id, .name]).reference.uuid)\n")
    }

    static let domrename = Command(
        "domrename", "rename a domain", description: "Give an inactive domain another name.",
        options: [.domain([.inactive]), .required("new-name", "the new name")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        _ = try await domain.rename(newName: arguments.required("new-name"), flags: 0)
        session.output.note("Domain successfully renamed\n")
    }

    static let autostart = Command(
        "autostart", "autostart a domain", description: "Have a domain started with the host.",
        options: [
            .domain([.persistent]), .flag("disable", "disable autostarting"),
            .flag("once", "only at the next start of the host"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        let wanted = !arguments.has("disable")
        let once = arguments.has("once") ? " on next boot" : ""
        try await explaining("Failed to \(wanted ? "" : "un")mark domain '\(name)' as autostarted\(once)") {
            if once.isEmpty {
                try await domain.setAutostart(autostart: wanted)
            } else {
                try await domain.setAutostartOnce(autostart: wanted)
            }
        }
        session.output.note("Domain '\(name)' \(wanted ? "" : "un")marked as autostarted\(once)\n")
    }
}
