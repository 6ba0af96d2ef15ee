import Roost
import Virt

extension Command {
    static let managedsave = Command(
        "managedsave", "managed save of a domain state",
        description: "Write a running domain to a file of the daemon's, from which it starts the next time.",
        options: [.domain([.active]), .flag("bypass-cache", "avoid the file system's cache when writing")]
            + .stateAfterwards + [.flag("verbose", "show how far it is")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let flags = arguments.saveFlags()
        try await session.watching(domain, "Managedsave", arguments) {
            try await explaining("Failed to save domain '\(domain.reference.name)' state") {
                try await domain.managedSave(flags: flags)
            }
        }
        session.output.note("\nDomain '\(domain.reference.name)' state saved by libvirt\n")
    }

    static let managedsaveRemove = Command(
        "managedsave-remove", "Remove managed save of a domain",
        description: "Remove what a domain would start from.",
        options: [.domain([.managedsave])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        guard try await domain.hasManagedSaveImage(flags: 0) != 0 else {
            return session.output.note("Domain '\(name)' has no manage save image; removal skipped")
        }
        try await explaining("Failed to remove managed save image for domain '\(name)'") {
            try await domain.managedSaveRemove(flags: 0)
        }
        session.output.note("Removed managedsave image for domain '\(name)'")
    }

    static let managedsaveDefine = Command(
        "managedsave-define", "redefine the XML for a domain's managed save state file",
        description: "Give a domain that starts from a saved state other XML there.",
        options: [.domain([.managedsave]), .required("xml", "file with the new XML", complete: .path)]
            + .stateAfterwards
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        let xml = try await session.read(file: arguments.required("xml"))
        try await explaining("Failed to update \(name) XML configuration") {
            try await domain.managedSaveDefineXML(dxml: xml, flags: arguments.restoreFlags())
        }
        session.output.note("Managed save state file of domain '\(name)' updated.\n")
    }

    static let managedsaveDumpxml = Command(
        "managedsave-dumpxml", "Domain information of managed save state file in XML",
        description: "Print the XML that a domain will have that starts from a saved state.",
        options: [.domain([.managedsave]), .flag("security-info", "include secrets")] + .xmlSelection
    ) { session, arguments in
        let flags: DomainSaveImageXMLFlags = arguments.has("security-info") ? .secure : []
        let xml = try await session.domain(arguments).managedSaveGetXMLDesc(flags: flags)
        try session.print(xml: xml, arguments)
    }

    static let managedsaveEdit = Command(
        "managedsave-edit", "edit XML for a domain's managed save state file",
        description: "Open the XML that a domain will have that starts from a saved state in an editor.",
        options: [.domain([.managedsave])] + .stateAfterwards
    ) { session, arguments in
        try arguments.exclude("running", "paused")
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        try await session.edit(
            "Managed save image of domain '\(name)'",
            changed: "Managed save image of Domain '\(name)' XML configuration edited.",
            even: !arguments.restoreFlags().isEmpty
        ) {
            try await domain.managedSaveGetXMLDesc(flags: .secure)
        } define: { xml in
            try await explaining("Failed to update \(name) XML configuration") {
                try await domain.managedSaveDefineXML(dxml: xml, flags: arguments.restoreFlags())
            }
        }
    }
}
