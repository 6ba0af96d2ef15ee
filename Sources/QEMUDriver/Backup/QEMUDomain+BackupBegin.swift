import ByteText
import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML
import XMLBinding

/// Disks of a running guest are copied as they are at one instant: QEMU writes the copies, or a client fetches them.
extension QEMUDomain {
    func backupBegin(
        backupXML: String, checkpointXML: String?, flags: DomainBackupBeginFlags
    ) async throws(VirtError) {
        try flags.require(.reuseExternal, in: "qemuBackupBegin", from: .qemu)
        let wanted = try BackupDefinition(document: backupXML, [])
        var checkpoint: CheckpointDefinition?
        if let checkpointXML {
            checkpoint = try CheckpointDefinition(
                document: checkpointXML, [.inactive, .secure], from: .domainCheckpoint)
        }
        let order = BackupOrder(
            definition: wanted, checkpoint: checkpoint, reusesFiles: flags.contains(.reuseExternal))
        try await withJob(.modify, "backup") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.beginBackup(order)
        }
    }

    /// Throws where disks are backed up, as what concerns all of them must not begin then.
    func requireNoBackup(_ name: String) throws(VirtError) {
        guard guest?.held.backup != nil else { return }
        throw VirtError(
            .operationTimeout, "cannot acquire state change lock (held by backup); '\(name)' was not done",
            from: .qemu)
    }

    private func beginBackup(_ order: BackupOrder) async throws(VirtError) {
        guard try existing().isActive, let live = snapshot.live else {
            throw VirtError(
                .operationUnsupported, "cannot perform disk backup for inactive domain", from: .qemu)
        }
        let run = try requireGuest().id
        try requireNoBackup("backup")
        try order.definition.checkServer()
        let now = CalendarTime.now
        var order = order
        var checkpoint = try order.checkpoint.map { (given) throws(VirtError) in try newCheckpoint(given) }
        let suffix = checkpoint?.name ?? String(now.seconds)
        do throws(XMLError) { try order.definition.fillDefaults(domain: live, suffix: suffix) } catch {
            throw VirtError(document: error)
        }
        var backup = GuestBackup(order.definition, start: now.nanoseconds / 1_000_000)
        let (disks, sources) = try await planDisks(order)
        if disks.isEmpty {
            throw VirtError(.configUnsupported, "no disks selected for backup", from: .qemu)
        }
        backup.definition = order.definition
        for disk in disks { backup.note(disk) }
        if var new = checkpoint {
            backup.checkpointBitmaps = try await room(for: new)
            backup.checkpoint = new.name
            new.domain = try await describedNow()
            checkpoint = new
        }
        try await noteBackup(backup, disks)
        do throws(VirtError) {
            try await start(backup, disks, from: sources, reusingFiles: order.reusesFiles)
            if let checkpoint { try await keep(checkpoint) }
            guest?.held.backup?.phase = .running
            try await writeJobs()
        } catch {
            // What QEMU hasn't answered may still be done: that is undone as soon as it can be reached.
            if error.code == .operationTimeout {
                windUpBackupSoon(of: run, error)
            } else {
                await windUpBackup(of: run)
            }
            throw error
        }
    }

    /// Puts a backup and its jobs on record.
    private func noteBackup(_ backup: GuestBackup, _ disks: [BackedUpDisk]) async throws(VirtError) {
        guest?.held.backup = backup
        guest?.held.blockJobs += disks.map { disk in
            BlockJob(
                .backup, of: disk.disk, node: disk.plan.node, top: disk.disk.source.index ?? 0,
                base: disk.plan.image)
        }
        do throws(VirtError) { try await writeJobs() } catch {
            guest?.held.backup = nil
            guest?.held.blockJobs.removeAll { $0.kind == .backup }
            throw error
        }
    }

    /// Makes and opens all images, and has QEMU begin.
    private func start(
        _ backup: GuestBackup, _ disks: [BackedUpDisk], from sources: [String: [BitmapPlace]],
        reusingFiles: Bool
    ) async throws(VirtError) {
        for (place, disk) in disks.enumerated() {
            do throws(VirtError) { try await makeFile(disk) } catch {
                // What stands at these places by now is somebody else's.
                for index in disks.indices.dropFirst(place) {
                    guest?.held.backup?.disks[index].madeFile = nil
                }
                throw error
            }
        }
        for disk in disks { try await openCopy(disk, isReused: reusingFiles, isPull: backup.isPull) }
        let credentials = backup.definition.server?.tls == true ? context.backupCredentials : []
        try await add(credentials)
        if let command = backup.serving(tls: credentials.isEmpty ? nil : QEMUContext.backupCredentialsName) {
            try await ask(command.name, command.arguments)
        }
        let begin = backup.beginning(from: sources)
        try await ask(begin.name, begin.arguments)
        for command in backup.exporting { try await ask(command.name, command.arguments) }
    }

    /// The domain as checkpoints keep it.
    func describedNow() async throws(VirtError) -> DomainDefinition {
        let text = try snapshot.xml([.secure, .migratable], channels: context.configuration.channels)
        var domain = try DomainDefinition(document: text, [.inactive, .secure])
        try await context.complete(&domain)
        return domain
    }
}

/// What a call wants of a backup.
struct BackupOrder: Sendable {
    var definition: BackupDefinition
    let checkpoint: CheckpointDefinition?
    /// The copies' files are there already.
    let reusesFiles: Bool
}

extension BackupDefinition {
    /// Throws where clients couldn't reach what they are to fetch.
    fileprivate func checkServer() throws(VirtError) {
        func refused(_ message: String, _ code: ErrorNumber = .operationUnsupported) -> VirtError {
            VirtError(code, message, from: .qemu)
        }
        guard mode == .pull else {
            if server != nil { throw refused("only a pull backup has a <server>", .xmlError) }
            return
        }
        guard let server else { throw refused("a pull backup needs a <server>", .xmlError) }
        switch server.transport {
        case .tcp:
            if server.name == nil { throw refused("the <server> of a backup needs a name", .xmlError) }
            if server.port ?? 0 == 0 { throw refused("<domainbackup> must specify TCP port for now") }
        case .unix:
            guard server.socket?.hasBytePrefix("/") == true else {
                throw refused(
                    "backup socket path '\(server.socket ?? "")' must be absolute", .xmlError)
            }
        case .rdma, .fd: throw refused("unexpected transport in <domainbackup>", .internalError)
        }
    }
}

extension GuestBackup {
    /// Takes a disk in, and shows its image's number.
    fileprivate mutating func note(_ disk: BackedUpDisk) {
        disks.append(disk.plan)
        guard let index = definition.disks.firstIndex(where: { $0.name.hasSameBytes(as: disk.plan.target) })
        else { return }
        definition.disks[index] = disk.wanted
    }
}
