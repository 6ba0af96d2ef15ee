import PublishedData
import Virt
import VirtXML
import XMLBinding

extension Group {
    /// Snapshots, checkpoints and backups: what comes out reads back to the same bytes, and what goes in becomes
    /// it with a domain and a clock.
    static var moments: [Group] {
        [
            Group("snapshot-out", schema: "domainsnapshot.rng", snapshots("xml2xmlout")) {
                try SnapshotDefinition(xml: $0, options: .inactive).xml(options: [.inactive, .secure])
            },
            Group("snapshot", schema: "domainsnapshot.rng", cases: snapshotCases),
            Group("checkpoint-out", schema: "domaincheckpoint.rng", checkpoints("xml2xmlout")) {
                try validated($0, "domaincheckpoint.rng")
                return try CheckpointDefinition(xml: $0, options: .inactive).xml(options: [
                    .inactive, .secure,
                ])
            },
            Group("checkpoint", schema: "domaincheckpoint.rng", cases: checkpointCases),
            Group("backup-out", schema: "domainbackup.rng", backups("xml2xmlout")) {
                try BackupDefinition(xml: $0).xml()
            },
            Group("backup", schema: "domainbackup.rng", cases: backupCases),
        ]
    }

    private static func snapshots(_ part: String) -> String { "snapshot/qemudomainsnapshot" + part }
    private static func checkpoints(_ part: String) -> String { "checkpoint/qemudomaincheckpoint" + part }
    private static func backups(_ part: String) -> String { "backup/domainbackup" + part }

    /// These documents are checked against their schema before they are read, as a call's flag asks for.
    private static func validated(_ xml: String, _ schema: String) throws {
        if Schemas.root != nil { try Schemas.named(schema).validate(XMLDocument(xml)) }
    }

    private static func cases(
        in folder: String, out: String, _ produce: @escaping @Sendable (String, String) throws -> String
    ) -> [Case] {
        Published.documentNames(in: folder).compactMap { file in
            guard let input = Published.text("\(folder)/\(file)") else { return nil }
            let output = Published.text("\(out)/\(file)")
            guard output != nil || file.contains("-invalid") else { return nil }
            return Case(name: file, expected: output) { try produce(input, output ?? input) }
        }
    }

    /// The clock, and the domain's identity where the test gives one, are what the output says.
    private static var snapshotCases: [Case] {
        cases(in: snapshots("xml2xmlin"), out: snapshots("xml2xmlout")) { input, output in
            try validated(input, "domainsnapshot.rng")
            let wanted = try SnapshotDefinition(xml: output, options: .inactive)
            var snapshot = try SnapshotDefinition(xml: input, options: .inactive)
            snapshot.fillDefaults(now: wanted.creationTime ?? 0)
            snapshot.domainUUID = wanted.domainUUID
            return try snapshot.xml(options: [.inactive, .secure])
        }
    }

    /// The disks are those of the output.
    private static var checkpointCases: [Case] {
        cases(in: checkpoints("xml2xmlin"), out: checkpoints("xml2xmlout")) { input, output in
            try validated(input, "domaincheckpoint.rng")
            let wanted = try CheckpointDefinition(xml: output, options: .inactive)
            var checkpoint = try CheckpointDefinition(xml: input, options: .inactive)
            try checkpoint.fillDefaults(
                now: wanted.creationTime ?? 0, domain: domain(disks: wanted.disks.map(\.name)))
            checkpoint.parent = wanted.parent
            return try checkpoint.xml(options: [.inactive, .secure])
        }
    }

    /// The domain has the disks that the document names, and one more.
    private static var backupCases: [Case] {
        cases(in: backups("xml2xmlin"), out: backups("xml2xmlout")) { input, _ in
            var backup = try BackupDefinition(xml: input)
            let disks = backup.disks.map(\.name) + ["vdextradisk"]
            try backup.fillDefaults(domain: domain(disks: disks), suffix: "SUFFIX")
            return try backup.xml()
        }
    }

    private static func domain(disks names: [String]) -> DomainDefinition {
        var domain = DomainDefinition()
        domain.devices.disks = names.map { name in
            var disk = DiskDevice()
            disk.target.dev = name
            disk.source.type = .file
            disk.source.path = "/fake/\(name).qcow2"
            return disk
        }
        return domain
    }
}
