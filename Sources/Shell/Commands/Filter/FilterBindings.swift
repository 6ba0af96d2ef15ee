import Roost
import Virt

extension Command {
    static let filterBindingCreate = Command(
        "nwfilter-binding-create", "create a network filter binding from an XML file",
        description: "Create a new network filter binding.",
        options: [
            .required("file", "file containing an XML network filter binding description", complete: .path),
            .flag("validate", "validate the XML against the schema"),
        ]
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let binding = try await explaining("Failed to create network filter from \(file)") {
            try await connection.nwFilterBindingCreateXML(
                xml: xml, flags: arguments.has("validate") ? .validate : [])
        }
        session.output.note("Network filter binding on \(binding.reference.portdev) created from \(file)\n")
    }

    static let filterBindingDelete = Command(
        "nwfilter-binding-delete", "delete a network filter binding",
        description: "Delete a given network filter binding.",
        options: [.filterBinding("network filter binding port dev")]
    ) { session, arguments in
        let binding = try await session.filterBinding(arguments)
        let port = binding.reference.portdev
        try await explaining("Failed to delete network filter binding on \(port)") {
            try await binding.delete()
        }
        session.output.note("Network filter binding on \(port) deleted\n")
    }

    static let filterBindingDumpxml = Command(
        "nwfilter-binding-dumpxml", "network filter information in XML",
        description: "Output the network filter information as an XML dump to stdout.",
        options: [.filterBinding("network filter binding portdev")] + .filterSelection
    ) { session, arguments in
        try session.print(xml: try await session.filterBinding(arguments).xmlDesc(flags: 0), arguments)
    }

    static let filterBindingList = Command(
        "nwfilter-binding-list", "list network filter bindings",
        description: "Returns list of network filter bindings.", options: [.json]
    ) { session, arguments in
        let connection = try await session.connected()
        let bindings = try await explaining("Failed to list network filter bindings") {
            try await connection.listAllNWFilterBindings(flags: 0)
        }
        var table = Table("Port Dev", "Filter")
        for binding in bindings.map(\.reference).sorted(by: {
            $0.portdev.lowercased() < $1.portdev.lowercased()
        }) {
            table.add(binding.portdev, binding.filtername)
        }
        session.output.print(table)
    }
}
