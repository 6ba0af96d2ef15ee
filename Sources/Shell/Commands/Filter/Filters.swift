import Roost
import Virt

extension Command {
    static let filterDefine = Command(
        "nwfilter-define", "define or update a network filter from an XML file",
        description: "Define a new network filter or update an existing one.",
        options: [
            .required("file", "file containing an XML network filter description", complete: .path),
            .flag("validate", "validate the XML against the schema"),
        ]
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let filter = try await explaining("Failed to define network filter from \(file)") {
            if arguments.has("validate") {
                return try await connection.nwFilterDefineXMLFlags(xml: xml, flags: .validate)
            }
            return try await connection.nwFilterDefineXML(xml: xml)
        }
        session.output.note("Network filter \(filter.reference.name) defined from \(file)\n")
    }

    static let filterDumpxml = Command(
        "nwfilter-dumpxml", "network filter information in XML",
        description: "Output the network filter information as an XML dump to stdout.",
        options: [.filter] + .filterSelection
    ) { session, arguments in
        try session.print(xml: try await session.filter(arguments).xmlDesc(flags: 0), arguments)
    }

    static let filterEdit = Command(
        "nwfilter-edit", "edit XML configuration for a network filter",
        description: "Edit the XML configuration for a network filter.", options: [.filter]
    ) { session, arguments in
        let filter = try await session.filter(arguments)
        try await session.edit("Network filter \(filter.reference.name)") {
            try await filter.xmlDesc(flags: 0)
        } define: { xml in
            _ = try await session.connected().nwFilterDefineXML(xml: xml)
        }
    }

    static let filterList = Command(
        "nwfilter-list", "list network filters", description: "Returns list of network filters.",
        options: [.json]
    ) { session, arguments in
        let connection = try await session.connected()
        let filters: [NWFilter]
        do throws(VirtError) {
            filters = try await connection.listAllNWFilters(flags: 0)
        } catch {
            // A driver without filters is asked the old way too, and that is what is told.
            if error.code != .noSupport { throw Failure("Failed to list network filters", because: error) }
            throw Failure(
                "Failed to count network filters", because: VirtError.notSupported("virConnectNumOfNWFilters")
            )
        }
        var table = Table("UUID", "Name")
        for reference in filters.map(\.reference).sorted(by: { $0.name.lowercased() < $1.name.lowercased() })
        {
            table.add("\(reference.uuid)", reference.name)
        }
        session.output.print(table)
    }

    static let filterUndefine = Command(
        "nwfilter-undefine", "undefine a network filter", description: "Undefine a given network filter.",
        options: [.filter]
    ) { session, arguments in
        let filter = try await session.filter(arguments)
        let name = filter.reference.name
        try await explaining("Failed to undefine network filter \(name)") { try await filter.undefine() }
        session.output.note("Network filter \(name) undefined\n")
    }
}
