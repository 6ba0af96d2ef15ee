import XMLBinding

extension CheckpointDefinition {
    /// Fills in what follows from the clock and the domain: a name, and which disks have a bitmap of what name.
    ///
    /// Without a list all disks have one; those that a list leaves out have none.
    public mutating func fillDefaults(now: Int64, domain: DomainDefinition) throws(XMLError) {
        let name = self.name ?? String(now)
        self.name = name
        creationTime = creationTime ?? now
        let listsDisks = !disks.isEmpty
        try MomentDisks.check(disks.map(\.name), in: domain)
        for disk in domain.devices.disks where !disks.contains(where: { $0.name == disk.target.dev }) {
            var new = Disk()
            new.name = disk.target.dev
            new.checkpoint = listsDisks || disk.source.isEmpty || disk.readonly ? .no : .bitmap
            disks.append(new)
        }
        for index in disks.indices {
            disks[index].checkpoint = disks[index].checkpoint ?? .bitmap
            if disks[index].checkpoint == .bitmap { disks[index].bitmap = disks[index].bitmap ?? name }
        }
    }
}
