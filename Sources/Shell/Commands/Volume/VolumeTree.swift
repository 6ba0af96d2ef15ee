import Roost
import Virt

extension Command {
    static let volTree = Command(
        "vol-tree", "which volumes of a pool lie on which",
        description: """
            Print the volumes of a pool as trees: each lies on the one that it hangs from. Behind each stand its format,
            and the domains whose disks it is, with '*' where they run.

            With --delete, what deleting a volume would break; nothing is deleted.
            """,
        options: [
            .pool, .named("delete", "say what deleting this volume would break"),
        ]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        let volumes = try await explaining("Failed to list volumes") {
            try await pool.listAllVolumes(flags: 0)
        }
        var images: [VolumeChains.Image] = []
        for volume in volumes {
            // One that has just gone is none any more.
            guard let xml = try? await volume.xmlDesc(flags: 0) else { continue }
            images.append(try VolumeChains.Image(volume.reference.name, xml))
        }
        let chains = VolumeChains(images, try await session.usedImages(), pool: pool.reference.name)
        guard let name = try arguments.string("delete") else { return session.output.print(chains.text) }
        guard let text = chains.consequences(ofDeleting: name) else {
            throw Failure("pool '\(pool.reference.name)' has no volume '\(name)'")
        }
        session.output.print(text)
    }
}

extension Session {
    /// The disks of all domains.
    fileprivate func usedImages() async throws -> [VolumeChains.Use] {
        var uses: [VolumeChains.Use] = []
        for domain in try await connected().listAllDomains(flags: []) {
            guard let xml = try? await domain.xmlDesc(flags: []) else { continue }
            uses += try VolumeChains.uses(by: domain.reference.name, xml)
        }
        return uses
    }
}
