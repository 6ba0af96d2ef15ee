import Roost
import Virt

extension [CommandOption] {
    fileprivate static let definition: [CommandOption] = [
        .required("file", "file with the XML of the network", complete: .path),
        .flag("validate", "check the XML against the schema"),
    ]
}

extension Command {
    static let netDefine = Command(
        "net-define", "define or change a network", description: "Define a network without starting it.",
        options: .definition
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let network = try await explaining("Failed to define network from \(file)") {
            arguments.has("validate")
                ? try await connection.networkDefineXMLFlags(xml: xml, flags: .validate)
                : try await connection.networkDefineXML(xml: xml)
        }
        session.output.note("Network \(network.reference.name) defined from \(file)\n")
    }

    static let netCreate = Command(
        "net-create", "create a network from an XML file",
        description: "Start a network that is gone when it stops.",
        options: .definition
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let network = try await explaining("Failed to create network from \(file)") {
            arguments.has("validate")
                ? try await connection.networkCreateXMLFlags(xml: xml, flags: .validate)
                : try await connection.networkCreateXML(xml: xml)
        }
        session.output.note("Network \(network.reference.name) created from \(file)\n")
    }

    static let netStart = Command(
        "net-start", "start a (previously defined) inactive network", description: "Start a network.",
        options: [.network]
    ) { session, arguments in
        let network = try await session.network(arguments)
        try await explaining("Failed to start network \(network.reference.name)") {
            try await network.create()
        }
        session.output.note("Network \(network.reference.name) started\n")
    }

    static let netDestroy = Command(
        "net-destroy", "destroy (stop) a network", description: "Stop a network at once.", options: [.network]
    ) { session, arguments in
        let network = try await session.network(arguments)
        try await explaining("Failed to destroy network \(network.reference.name)") {
            try await network.destroy()
        }
        session.output.note("Network \(network.reference.name) destroyed\n")
    }

    static let netUndefine = Command(
        "net-undefine", "undefine a persistent network", description: "Remove the definition of a network.",
        options: [.network]
    ) { session, arguments in
        let network = try await session.network(arguments)
        try await explaining("Failed to undefine network \(network.reference.name)") {
            try await network.undefine()
        }
        session.output.note("Network \(network.reference.name) has been undefined\n")
    }

    static let netAutostart = Command(
        "net-autostart", "autostart a network", description: "Have a network started with the host.",
        options: [.network, .flag("disable", "disable autostarting")]
    ) { session, arguments in
        let network = try await session.network(arguments)
        let name = network.reference.name
        let wanted = !arguments.has("disable")
        try await explaining("failed to \(wanted ? "" : "un")mark network \(name) as autostarted") {
            try await network.setAutostart(autostart: wanted)
        }
        session.output.note("Network \(name) \(wanted ? "" : "un")marked as autostarted\n")
    }
}
