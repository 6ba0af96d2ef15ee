import Roost
import Virt

extension Command {
    static let backupBegin = Command(
        "backup-begin", "Start a disk backup of a live domain",
        description:
            "Copy the disks of a running domain as they are now, as an XML file says, and begin a checkpoint.",
        options: [
            .domain([.active]), .optional("backupxml", "file with the XML of the backup", complete: .path),
            .named("checkpointxml", "file with the XML of a checkpoint that begins with it"),
            .flag("reuse-external", "the files to copy to are there already"),
        ]
    ) { session, arguments in
        let backup: String
        if let file = try arguments.string("backupxml") {
            backup = try await session.read(file: file)
        } else {
            backup = "<domainbackup/>"
        }
        var checkpoint: String?
        if let file = try arguments.string("checkpointxml") {
            checkpoint = try await session.read(file: file)
        }
        let domain = try await session.domain(arguments)
        try await domain.backupBegin(
            backupXML: backup, checkpointXML: checkpoint,
            flags: arguments.has("reuse-external") ? .reuseExternal : [])
        session.output.note("Backup started")
    }

    static let backupDumpxml = Command(
        "backup-dumpxml", "Dump XML for an ongoing domain block backup job",
        description: "Print what a domain's disks are copied to now, as XML.",
        options: [.domain([.active])] + .xmlSelection
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        try session.print(xml: try await domain.backupGetXMLDesc(flags: 0), arguments)
    }
}
