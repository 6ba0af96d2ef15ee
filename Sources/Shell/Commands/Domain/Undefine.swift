import ByteText
import Roost
import Virt

extension Command {
    static let undefine = Command(
        "undefine", "undefine a domain",
        description: "Remove the definition of a domain. A running domain goes on without one.",
        options: [
            .domain([.persistent]), .flag("managed-save", "remove the managed save image too"),
            .value("storage", "remove these volumes (targets or paths, with commas between)"),
            .flag("remove-all-storage", "remove all volumes of the domain"),
            .alias("delete-snapshots", for: "delete-storage-volume-snapshots"),
            .flag("delete-storage-volume-snapshots", "remove the snapshots of the volumes too"),
            .flag("wipe-storage", "overwrite the volumes before they are removed"),
            .flag("snapshots-metadata", "forget the snapshots too"),
            .flag("checkpoints-metadata", "forget the checkpoints too"),
            .flag("nvram", "remove the variables of the firmware"),
            .flag("keep-nvram", "keep the variables of the firmware"),
            .flag("tpm", "remove the state of the TPM"), .flag("keep-tpm", "keep the state of the TPM"),
        ]
    ) { session, arguments in
        try arguments.exclude("nvram", "keep-nvram")
        try arguments.exclude("tpm", "keep-tpm")
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        let volumes = try await session.volumesToRemove(of: domain, arguments)
        let flags = undefineFlags(arguments)
        try await explaining("Failed to undefine domain '\(name)'") {
            if flags.isEmpty {
                try await domain.undefine()
            } else {
                try await domain.undefineFlags(flags: flags)
            }
        }
        session.output.note("Domain '\(name)' has been undefined\n")
        for volume in volumes { try await session.remove(volume, arguments) }
    }
}

private func undefineFlags(_ arguments: Arguments) -> DomainUndefineFlags {
    let flags: [(String, DomainUndefineFlags)] = [
        ("managed-save", .managedSave), ("snapshots-metadata", .snapshotsMetadata),
        ("checkpoints-metadata", .checkpointsMetadata), ("nvram", .nvram), ("keep-nvram", .keepNvram),
        ("tpm", .tpm), ("keep-tpm", .keepTpm),
    ]
    return flags.reduce(into: []) { if arguments.has($1.0) { $0.insert($1.1) } }
}

/// A volume that goes with its domain.
private struct DoomedVolume {
    let target: String
    let path: String
    let volume: StorageVol
}

extension Session {
    /// The volumes that `--storage` or `--remove-all-storage` means.
    fileprivate func volumesToRemove(of domain: Domain, _ arguments: Arguments) async throws -> [DoomedVolume]
    {
        let listed = try arguments.string("storage")?.split(atByte: ",").map(String.init)
        guard listed != nil || arguments.has("remove-all-storage") else { return [] }
        if try await domain.isActive() {
            throw Failure("Storage volume deletion is supported only on stopped domains")
        }
        if listed != nil, arguments.has("remove-all-storage") {
            throw Failure("Specified both --storage and --remove-all-storage")
        }
        var wanted = listed ?? []
        var volumes: [DoomedVolume] = []
        let xml = try XMLQuery(try await domain.xmlDesc(flags: [.inactive]))
        for disk in try xml.nodes("./devices/disk") {
            guard let target = disk.string("./target/@dev") else { continue }
            let path = disk.string("./source/@file | ./source/@dev | ./source/@name")
            if listed != nil {
                guard let place = wanted.firstIndex(where: { $0 == target || $0 == path }) else { continue }
                wanted.remove(at: place)
            }
            guard let path else { continue }
            if let volume = try? await connected().storageVolLookupByPath(path: path) {
                volumes.append(DoomedVolume(target: target, path: path, volume: volume))
            } else {
                output.errors([
                    "Storage volume '\(target)'(\(path)) is not managed by libvirt. Remove it manually.\n"
                ])
            }
        }
        if let missing = wanted.first {
            throw Failure("Volume '\(missing)' was not found in domain's definition.\n")
        }
        return volumes
    }

    fileprivate func remove(_ doomed: DoomedVolume, _ arguments: Arguments) async throws {
        let label = "'\(doomed.target)'(\(doomed.path))"
        if arguments.has("wipe-storage") {
            output.print("Wiping volume \(label) ... ")
            try await explaining("Failed! Volume not removed.") { try await doomed.volume.wipe(flags: 0) }
            output.print("Done.\n")
        }
        let flags: StorageVolDeleteFlags =
            arguments.has("delete-storage-volume-snapshots") ? .withSnapshots : []
        try await explaining("Failed to remove storage volume \(label)") {
            try await doomed.volume.delete(flags: flags)
        }
        output.print("Volume \(label) removed.\n")
    }
}
