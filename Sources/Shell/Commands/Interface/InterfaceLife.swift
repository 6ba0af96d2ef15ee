import Roost
import Virt

extension Command {
    static let ifaceDefine = Command(
        "iface-define",
        "define an inactive persistent physical host interface or modify an existing persistent one from an XML file",
        description: "Define an interface of the host without starting it.",
        options: [
            .required("file", "file containing an XML interface description", complete: .path),
            .flag("validate", "validate the XML against the schema"),
        ]
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let interface = try await explaining("Failed to define interface from \(file)") {
            try await connection.interfaceDefineXML(
                xml: xml, flags: arguments.has("validate") ? .validate : [])
        }
        session.output.note("Interface \(interface.reference.name) defined from \(file)\n")
    }

    static let ifaceUndefine = Command(
        "iface-undefine", "undefine a physical host interface (remove it from configuration)",
        description: "Remove the definition of an interface.", options: [.interface]
    ) { session, arguments in
        let interface = try await session.interface(arguments)
        let name = interface.reference.name
        try await explaining("Failed to undefine interface \(name)") { try await interface.undefine() }
        session.output.note("Interface \(name) undefined\n")
    }

    static let ifaceStart = Command(
        "iface-start", "start a physical host interface (enable it / \"if-up\")",
        description: "Start an interface of the host.", options: [.interface]
    ) { session, arguments in
        let interface = try await session.interface(arguments)
        let name = interface.reference.name
        try await explaining("Failed to start interface \(name)") { try await interface.create(flags: 0) }
        session.output.note("Interface \(name) started\n")
    }

    static let ifaceDestroy = Command(
        "iface-destroy", "destroy a physical host interface (disable it / \"if-down\")",
        description: "Stop an interface of the host at once.", options: [.interface]
    ) { session, arguments in
        let interface = try await session.interface(arguments)
        let name = interface.reference.name
        try await explaining("Failed to destroy interface \(name)") { try await interface.destroy(flags: 0) }
        session.output.note("Interface \(name) destroyed\n")
    }

    static let ifaceEdit = Command(
        "iface-edit", "edit XML configuration for a physical host interface",
        description: "Open the definition of an interface in an editor, and define it as it was left.",
        options: [.interface]
    ) { session, arguments in
        let interface = try await session.interface(arguments)
        try await session.edit("Interface \(interface.reference.name)") {
            try await interface.xmlDesc(flags: .inactive)
        } define: { xml in
            _ = try await session.connected().interfaceDefineXML(xml: xml, flags: [])
        }
    }

    static let ifaceBegin = Command(
        "iface-begin",
        "create a snapshot of current interfaces settings, which can be later committed (iface-commit) or restored (iface-rollback)",
        description: "Keep the settings of interfaces as they are, to return to them.", options: []
    ) { session, _ in
        let connection = try await session.connected()
        try await explaining("Failed to begin network config change transaction") {
            try await connection.interfaceChangeBegin(flags: 0)
        }
        session.output.note("Network config change transaction started\n")
    }

    static let ifaceCommit = Command(
        "iface-commit", "commit changes made since iface-begin and free restore point",
        description: "Leave the settings of interfaces as they have become.", options: []
    ) { session, _ in
        let connection = try await session.connected()
        try await explaining("Failed to commit network config change transaction") {
            try await connection.interfaceChangeCommit(flags: 0)
        }
        session.output.note("Network config change transaction committed\n")
    }

    static let ifaceRollback = Command(
        "iface-rollback", "rollback to previous saved configuration created via iface-begin",
        description: "Return to the settings of interfaces that were kept.", options: []
    ) { session, _ in
        let connection = try await session.connected()
        try await explaining("Failed to rollback network config change transaction") {
            try await connection.interfaceChangeRollback(flags: 0)
        }
        session.output.note("Network config change transaction rolled back\n")
    }
}
