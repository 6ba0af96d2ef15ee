import Roost
import Virt

extension [CommandOption] {
    fileprivate static let building: [CommandOption] = [
        .flag("build", "build the pool as normal"),
        .flag("no-overwrite", "do not overwrite any existing data"),
        .flag("overwrite", "overwrite any existing data"),
    ]

    /// What a pool is made from, option by option.
    fileprivate static let poolParts: [CommandOption] =
        [
            .required("name", "name of the pool"), .required("type", "type of the pool"),
            .flag("print-xml", "print XML document, but don't define/create"),
        ]
        + PoolText.parts.map { .value($0.option, $0.help) }
}

extension Command {
    static let poolDefine = Command(
        "pool-define",
        "define an inactive persistent storage pool or modify an existing persistent one from an XML file",
        description: "Define a storage pool without starting it.",
        options: [
            .required("file", "file containing an XML pool description", complete: .path),
            .flag("validate", "validate the XML against the schema"),
        ]
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let pool = try await explaining("Failed to define pool from \(file)") {
            try await connection.storagePoolDefineXML(
                xml: xml, flags: arguments.has("validate") ? .validate : [])
        }
        session.output.note("Pool \(pool.reference.name) defined from \(file)\n")
    }

    static let poolCreate = Command(
        "pool-create", "create a pool from an XML file",
        description: "Start a storage pool that is gone when it stops.",
        options: [.required("file", "file containing an XML pool description", complete: .path)] + .building
    ) { session, arguments in
        let flags = try arguments.poolBuilding()
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let pool = try await explaining("Failed to create pool from \(file)") {
            try await connection.storagePoolCreateXML(xml: xml, flags: flags)
        }
        session.output.note("Pool \(pool.reference.name) created from \(file)\n")
    }

    static let poolDefineAs = Command(
        "pool-define-as", "define a pool from a set of args",
        description: "Define a storage pool by options instead of a document.", options: .poolParts
    ) { session, arguments in
        let (name, xml) = (try arguments.required("name"), try PoolText.document(arguments))
        if arguments.has("print-xml") { return session.output.print(xml) }
        let connection = try await session.connected()
        let pool = try await explaining("Failed to define pool \(name)") {
            try await connection.storagePoolDefineXML(xml: xml, flags: [])
        }
        session.output.note("Pool \(pool.reference.name) defined\n")
    }

    static let poolCreateAs = Command(
        "pool-create-as", "create a pool from a set of args",
        description: "Start a storage pool, by options instead of a document, that is gone when it stops.",
        options: .poolParts + .building
    ) { session, arguments in
        let flags = try arguments.poolBuilding()
        let (name, xml) = (try arguments.required("name"), try PoolText.document(arguments))
        if arguments.has("print-xml") { return session.output.print(xml) }
        let connection = try await session.connected()
        let pool = try await explaining("Failed to create pool \(name)") {
            try await connection.storagePoolCreateXML(xml: xml, flags: flags)
        }
        session.output.note("Pool \(pool.reference.name) created\n")
    }

    static let poolBuild = Command(
        "pool-build", "build a pool", description: "Make what a storage pool lies in.",
        options: [.pool] + Array([CommandOption].building.dropFirst())
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        var flags: StoragePoolBuildFlags = []
        if arguments.has("no-overwrite") { flags.insert(.noOverwrite) }
        if arguments.has("overwrite") { flags.insert(.overwrite) }
        try await explaining("Failed to build pool \(pool.reference.name)") {
            try await pool.build(flags: flags)
        }
        session.output.note("Pool \(pool.reference.name) built\n")
    }

    static let poolDelete = Command(
        "pool-delete", "delete a pool", description: "Remove what building a storage pool has made.",
        options: [.pool]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        try await explaining("Failed to delete pool \(pool.reference.name)") {
            try await pool.delete(flags: [])
        }
        session.output.note("Pool \(pool.reference.name) deleted\n")
    }

    static let poolEdit = Command(
        "pool-edit", "edit XML configuration for a storage pool",
        description: "Open the definition of a storage pool in an editor, and define it as it was left.",
        options: [.pool]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        try await session.edit("Pool \(pool.reference.name)") {
            try await pool.xmlDesc(flags: .inactive)
        } define: { xml in
            _ = try await session.connected().storagePoolDefineXML(xml: xml, flags: [])
        }
    }
}

extension Arguments {
    /// How a pool is built that is to be started.
    func poolBuilding() throws(Failure) -> StoragePoolCreateFlags {
        try exclude("overwrite", "no-overwrite")
        var flags: StoragePoolCreateFlags = has("build") ? .withBuild : []
        if has("overwrite") { flags.insert(.withBuildOverwrite) }
        if has("no-overwrite") { flags.insert(.withBuildNoOverwrite) }
        return flags
    }
}
