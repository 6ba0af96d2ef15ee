import ByteText
import Roost
import Virt

extension Command {
    static let checkpointCreate = Command(
        "checkpoint-create", "Create a checkpoint from XML",
        description: "Have a running domain remember what is written from now on, as an XML file says.",
        options: [
            .domain, .optional("xmlfile", "file with the XML of the checkpoint", complete: .path),
            .flag("redefine", "replace the record of a checkpoint, or bring one back"),
            .flag("redefine-validate", "see whether the domain has what the record says"),
            .flag("quiesce", "have the guest's file systems wait meanwhile"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let file = try arguments.string("xmlfile")
        let xml: String
        if let file { xml = try await session.read(file: file) } else { xml = "<domaincheckpoint/>" }
        var flags: DomainCheckpointCreateFlags = []
        if arguments.has("redefine") { flags.insert(.redefine) }
        if arguments.has("redefine-validate") { flags.insert([.redefine, .redefineValidate]) }
        if arguments.has("quiesce") { flags.insert(.quiesce) }
        let checkpoint = try await domain.checkpointCreateXML(xml: xml, flags: flags)
        let origin = file.map { " from '\($0)'" } ?? ""
        session.output.note("Domain checkpoint \(checkpoint.name) created\(origin)")
    }

    static let checkpointCreateAs = Command(
        "checkpoint-create-as", "Create a checkpoint from a set of args",
        description: "Have a running domain remember what is written from now on, as the options say.",
        options: [
            .domain, .value("name", "name of the checkpoint"),
            .value("description", "description of the checkpoint"),
            .flag("print-xml", "print the XML document rather than create a checkpoint"),
            .flag("quiesce", "have the guest's file systems wait meanwhile"),
            .repeated("diskspec", "a disk: DISK[,checkpoint=TYPE][,bitmap=NAME]"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let xml = try checkpointXML(arguments)
        if arguments.has("print-xml") { return session.output.print(xml + "\n") }
        let checkpoint = try await domain.checkpointCreateXML(
            xml: xml, flags: arguments.has("quiesce") ? .quiesce : [])
        session.output.note("Domain checkpoint \(checkpoint.name) created")
    }

    static let checkpointDelete = Command(
        "checkpoint-delete", "Delete a domain checkpoint",
        description: "Delete a checkpoint: what was written since it is counted to the one before.",
        options: [
            .domain, .checkpointName, .flag("children", "and all that stand on it"),
            .flag("children-only", "all that stand on it, but not itself"),
            .flag("metadata", "the record alone"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let checkpoint = try await session.checkpoint(arguments, of: domain)
        var flags: DomainCheckpointDeleteFlags = []
        if arguments.has("children") { flags.insert(.children) }
        if arguments.has("children-only") { flags.insert(.childrenOnly) }
        if arguments.has("metadata") { flags.insert(.metadataOnly) }
        try await explaining("Failed to delete checkpoint \(checkpoint.name)") {
            try await checkpoint.delete(flags: flags)
        }
        let what = arguments.has("children-only") ? " children" : ""
        session.output.note("Domain checkpoint \(checkpoint.name)\(what) deleted\n")
    }

    static let checkpointEdit = Command(
        "checkpoint-edit", "edit XML for a checkpoint",
        description: "Open the record of a checkpoint in an editor, and keep it as it was left.",
        options: [.domain, .checkpointName]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let checkpoint = try await session.checkpoint(arguments, of: domain)
        let name = checkpoint.name
        let before = try await checkpoint.xmlDesc(flags: .secure)
        guard let after = try await TextEditor.edit(before) else {
            return session.output.note("Checkpoint \(name) XML configuration not changed.\n")
        }
        let newName = try XMLQuery(after).strings("/*/name").first ?? ""
        if !newName.hasSameBytes(as: name) {
            throw Failure("Cannot rename checkpoint \(name) to \(newName)", "Failed to update \(name)")
        }
        try await explaining("Failed to update \(name)") {
            _ = try await domain.checkpointCreateXML(xml: after, flags: .redefine)
        }
        session.output.note("Checkpoint \(name) edited.\n")
    }
}

/// The document that the options of `checkpoint-create-as` say.
private func checkpointXML(_ arguments: Arguments) throws -> String {
    var lines = XMLLines()
    lines.open("domaincheckpoint")
    lines.add("name", text: try arguments.string("name"))
    lines.add("description", text: try arguments.string("description"))
    let disks = arguments.all("diskspec")
    if !disks.isEmpty {
        lines.open("disks")
        for disk in disks {
            var spec = SpecText(disk, "diskspec")
            let name = spec.takeName()
            if name.isEmpty { throw spec.refused("a disk must be named") }
            let values = try spec.values("checkpoint", "bitmap")
            lines.add(
                "disk", ("name", name), ("checkpoint", values["checkpoint"]), ("bitmap", values["bitmap"]))
        }
        lines.close("disks")
    }
    lines.close("domaincheckpoint")
    return lines.text
}
