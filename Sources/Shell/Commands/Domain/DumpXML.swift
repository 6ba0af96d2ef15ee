import Roost
import Virt

extension Command {
    static let dumpxml = Command(
        "dumpxml", "domain information in XML", description: "Print the definition of a domain as XML.",
        options: [
            .domain, .flag("inactive", "show what the next start will have"),
            .flag("security-info", "include secrets"),
            .flag("update-cpu", "with the CPU as this host has it"),
            .flag("migratable", "as it would be sent to another host"),
        ] + .xmlSelection
    ) { session, arguments in
        var flags: DomainXMLFlags = []
        if arguments.has("inactive") { flags.insert(.inactive) }
        if arguments.has("security-info") { flags.insert(.secure) }
        if arguments.has("update-cpu") { flags.insert(.updateCPU) }
        if arguments.has("migratable") { flags.insert(.migratable) }
        let domain = try await session.domain(arguments)
        try session.print(xml: try await domain.xmlDesc(flags: flags), arguments)
    }

    static let edit = Command(
        "edit", "edit XML configuration for a domain",
        description: "Open the definition of a domain in an editor, and define it as it was left.",
        options: [.domain, .flag("skip-validate", "don't check the XML against the schema")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let flags: DomainDefineFlags = arguments.has("skip-validate") ? [] : .validate
        try await session.edit("Domain '\(domain.reference.name)'") {
            try await domain.xmlDesc(flags: [.secure, .inactive])
        } define: { xml in
            _ = try await session.connected().domainDefineXMLFlags(xml: xml, flags: flags)
        }
    }
}
