import ByteText
import Roost
import Virt

extension [CommandOption] {
    fileprivate static let making: [CommandOption] = [
        .flag("prealloc-metadata", "preallocate metadata (for qcow2 instead of full allocation)")
    ]
}

extension CommandOption {
    fileprivate static let reflink = CommandOption.flag("reflink", "use btrfs COW lightweight copy")
    fileprivate static let validate = CommandOption.flag("validate", "validate the XML against the schema")
    fileprivate static let document = CommandOption.required(
        "file", "file containing an XML vol description", complete: .path)
}

extension Command {
    static let volCreate = Command(
        "vol-create", "create a vol from an XML file", description: "Make a volume.",
        options: [.pool, .document] + .making + [.validate]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let volume = try await explaining("Failed to create vol from \(file)") {
            try await pool.storageVolCreateXML(xml: xml, flags: arguments.makingFlags)
        }
        session.output.note("Vol \(volume.reference.name) created from \(file)\n")
    }

    static let volCreateAs = Command(
        "vol-create-as", "create a volume from a set of args",
        description: "Make a volume by options instead of a document.",
        options: [
            .pool, .required("name", "name of the volume"),
            .required("capacity", "size of the vol, as scaled integer (default bytes)"),
            .value("allocation", "initial allocation size, as scaled integer (default bytes)"),
            .value("format", "file format type raw,bochs,qcow,qcow2,qed,vmdk"),
            .value("backing-vol", "the backing volume if taking a snapshot"),
            .value("backing-vol-format", "format of backing volume if taking a snapshot"),
        ] + .making + [.flag("print-xml", "print XML document, but don't define/create")]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        let name = try arguments.required("name")
        let xml = try await session.volumeDocument(arguments, in: pool)
        if arguments.has("print-xml") { return session.output.print(xml) }
        let volume = try await explaining("Failed to create vol \(name)") {
            try await pool.storageVolCreateXML(xml: xml, flags: arguments.makingFlags)
        }
        session.output.note("Vol \(volume.reference.name) created\n")
    }

    static let volCreateFrom = Command(
        "vol-create-from", "create a vol, using another volume as input",
        description: "Make a volume with the content of another one.",
        options: [
            .pool, .document, .volume,
            .value("inputpool", "pool name or uuid of the input volume's pool", complete: .pools),
        ] + .making + [.reflink, .validate]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        let source = try await session.volume(arguments, pool: "inputpool")
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let volume = try await explaining("Failed to create vol from \(file)") {
            try await pool.storageVolCreateXMLFrom(
                xml: xml, clonevol: source.reference, flags: arguments.makingFlags)
        }
        session.output.note(
            "Vol \(volume.reference.name) created from input vol \(source.reference.name)\n")
    }

    static let volClone = Command(
        "vol-clone", "clone a volume.", description: "Make a copy of a volume beside it.",
        options: [.volume, .required("newname", "clone name"), .volumePool] + .making + [
            .reflink, .flag("print-xml", "print XML document rather than clone the volume"),
        ]
    ) { session, arguments in
        let source = try await session.volume(arguments)
        let pool = try await explaining("failed to get parent pool") {
            try await source.storagePoolLookupByVolume()
        }
        let name = try arguments.required("newname")
        let query = try XMLQuery(try await source.xmlDesc(flags: 0))
        guard let document = try query.nodes("/volume").first, let old = document.child("name") else {
            throw Failure("Failed to get the XML of vol \(source.reference.name)")
        }
        old.setText(name)
        let xml = document.xml()
        if arguments.has("print-xml") { return session.output.print(xml) }
        let volume = try await explaining("Failed to clone vol from \(source.reference.name)") {
            try await pool.storageVolCreateXMLFrom(
                xml: xml, clonevol: source.reference, flags: arguments.makingFlags)
        }
        session.output.note("Vol \(volume.reference.name) cloned from \(source.reference.name)\n")
    }
}

extension Arguments {
    fileprivate var makingFlags: StorageVolCreateFlags {
        var flags: StorageVolCreateFlags = has("prealloc-metadata") ? .preallocMetadata : []
        if has("reflink") { flags.insert(.reflink) }
        if has("validate") { flags.insert(.validate) }
        return flags
    }

    /// A size such as `10G`, in bytes.
    func volumeSize(_ text: String) throws(Failure) -> UInt64 {
        let failure = Failure("Malformed size \(text)")
        do throws(Failure) {
            if let size = try ByteSize.parse(text, unit: 1, maximum: .max) { return size }
        } catch {
            throw Failure(lines: failure.lines + error.lines)
        }
        throw failure
    }
}

extension Session {
    /// The document of a volume, made of options.
    fileprivate func volumeDocument(_ arguments: Arguments, in pool: StoragePool) async throws -> String {
        var text = XMLLines()
        text.open("volume")
        text.add("name", text: try arguments.required("name"))
        let capacity = try arguments.volumeSize(arguments.required("capacity"))
        text.add("capacity", text: "\(capacity)")
        if let allocation = try arguments.string("allocation") {
            text.add("allocation", text: "\(try arguments.volumeSize(allocation))")
        }
        if let format = try arguments.string("format") {
            text.open("target")
            text.add("format", ("type", format))
            text.close("target")
        }
        if let below = try arguments.string("backing-vol") {
            let volume = try await backingVolume(below, in: pool)
            text.open("backingStore")
            text.add("path", text: try await volume.path())
            if let format = try arguments.string("backing-vol-format") {
                text.add("format", ("type", format))
            }
            text.close("backingStore")
        }
        text.close("volume")
        return text.text
    }

    /// A volume of the pool by its name, or any by key or path.
    private func backingVolume(_ word: String, in pool: StoragePool) async throws -> StorageVol {
        if let found = try? await pool.storageVolLookupByName(name: word) { return found }
        let connection = try await connected()
        if let found = try? await connection.storageVolLookupByKey(key: word) { return found }
        return try await explaining("failed to get vol '\(word)'") {
            try await connection.storageVolLookupByPath(path: word)
        }
    }
}
