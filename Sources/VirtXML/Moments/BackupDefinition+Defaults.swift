import XMLBinding

extension BackupDefinition {
    /// Fills in what follows from the domain: which disks are copied, since when, and to where.
    ///
    /// Without a list all disks are copied; those that a list leaves out are not.
    /// - Parameter suffix: ends the names of files that are made up.
    public mutating func fillDefaults(domain: DomainDefinition, suffix: String) throws(XMLError) {
        let listsDisks = !disks.isEmpty
        try MomentDisks.check(disks.map(\.name), in: domain)
        for disk in domain.devices.disks where !disks.contains(where: { $0.name == disk.target.dev }) {
            var new = Disk()
            new.name = disk.target.dev
            new.backup = !listsDisks && !disk.source.isEmpty && !disk.readonly
            disks.append(new)
        }
        for index in disks.indices where disks[index].backup != false {
            try fill(&disks[index], domain, suffix)
        }
    }

    private func fill(_ disk: inout Disk, _ domain: DomainDefinition, _ suffix: String) throws(XMLError) {
        let source = domain.devices.disks.first { $0.target.dev == disk.name }?.source
        if source?.isEmpty ?? true {
            throw XMLError(
                .unsupported, "disk '\(disk.name)' has no media", element: "disk", attribute: "name",
                value: disk.name)
        }
        disk.backup = true
        if disk.backupMode == nil {
            disk.backupMode = (disk.incremental ?? incremental) == nil ? .full : .incremental
        }
        if disk.backupMode == .incremental { disk.incremental = disk.incremental ?? incremental }
        if disk.backupMode == .incremental, disk.incremental == nil {
            throw XMLError(
                .unsupported,
                "'incremental' backup mode of disk '\(disk.name)' requires setting 'incremental' field for disk or backup",
                element: "disk", attribute: "incremental")
        }
        guard disk.store == nil else { return }
        guard let source, [.file, .block].contains(source.type), let path = source.path else {
            throw XMLError(
                .unsupported, "refusing to generate file name for disk '\(disk.name)'", element: "disk",
                attribute: "name", value: disk.name)
        }
        disk.store = StorageSource(file: "\(path).\(suffix)")
    }
}

/// What snapshots, checkpoints and backups have in common: a list of a domain's disks.
enum MomentDisks {
    /// Throws unless each name is that of a disk, and none comes twice.
    static func check(_ names: [String], in domain: DomainDefinition) throws(XMLError) {
        let known = Set(domain.devices.disks.map(\.target.dev))
        var seen: Set<String> = []
        for name in names {
            guard known.contains(name) else {
                throw XMLError(
                    .unsupported, "no disk named '\(name)'", element: "disk", attribute: "name", value: name)
            }
            if !seen.insert(name).inserted {
                throw XMLError(
                    .unsupported, "disk '\(name)' specified twice", element: "disk", attribute: "name",
                    value: name)
            }
        }
    }
}
