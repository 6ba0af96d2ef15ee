import ByteText
import DriverKit
import JSON
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

/// Checkpoints of a running guest: bitmaps in its images, in which QEMU notes what is written from then on.
extension QEMUDomain {
    func takeCheckpoint(
        _ new: inout CheckpointDefinition, _ flags: DomainCheckpointCreateFlags
    ) async throws(VirtError) {
        if flags.contains(.quiesce) {
            throw VirtError(
                .argumentUnsupported,
                "the guest's file systems can't be had wait so far: leave --quiesce out",
                from: .qemu)
        }
        let run = try requireGuest().id
        try requireNoBlockJobs()
        let text = try snapshot.xml([.secure, .migratable], channels: context.configuration.channels)
        var domain = try DomainDefinition(document: text, [.inactive, .secure])
        try await context.complete(&domain)
        new.domain = domain
        let places = try places(of: new)
        for place in places where !place.bitmap.hasSameBytes(as: new.name ?? "") {
            throw VirtError(
                .configUnsupported,
                "bitmap for disk '\(place.disk)' must match checkpoint name '\(new.name ?? "")'",
                from: .domainCheckpoint)
        }
        if places.isEmpty {
            throw VirtError(
                .configUnsupported, "no disk is to have a bitmap: a checkpoint needs one", from: .qemu)
        }
        let known = try await bitmaps()
        // One that no record tells of is left from a daemon that was killed before it had written that. It goes only with
        // the end of its transaction.
        let strays = places.filter { known[$0] != nil }.map { $0.action("block-dirty-bitmap-remove") }
        if !strays.isEmpty { try await ask("transaction", ["actions": .array(strays)]) }
        let added = places.map { $0.action("block-dirty-bitmap-add", isPersistent: true) }
        try await ask("transaction", ["actions": .array(added)])
        guard guest(run) != nil else { throw VirtError.endedMeanwhile }
    }

    func discard(_ doomed: CheckpointDefinition) async throws(VirtError) {
        try requireGuest()
        let known = try await bitmaps()
        let actions = try places(of: doomed).filter { known[$0] != nil }.map {
            $0.action("block-dirty-bitmap-remove")
        }
        if !actions.isEmpty { try await ask("transaction", ["actions": .array(actions)]) }
    }

    func validate(_ checkpoint: CheckpointDefinition) async throws(VirtError) {
        try requireGuest()
        let known = try await bitmaps()
        for place in try places(of: checkpoint) where known[place]?.isSound != true {
            throw VirtError(
                .checkpointInconsistent,
                "missing or broken bitmap '\(place.bitmap)' for disk '\(place.disk)'",
                from: .qemu)
        }
    }

    func measure(_ checkpoint: inout CheckpointDefinition) async throws(VirtError) {
        try requireGuest()
        let known = try await bitmaps()
        let places = try places(of: checkpoint)
        for index in checkpoint.disks.indices {
            guard let place = places.first(where: { $0.disk.hasSameBytes(as: checkpoint.disks[index].name) })
            else { continue }
            checkpoint.disks[index].size = known[place]?.count
        }
    }

    // MARK: Bitmaps

    /// Where the bitmaps of a checkpoint are in the running guest.
    private func places(of checkpoint: CheckpointDefinition) throws(VirtError) -> [BitmapPlace] {
        var places: [BitmapPlace] = []
        for disk in checkpoint.disks where disk.checkpoint == .bitmap {
            guard let own = snapshot.live?.disk(called: disk.name), let number = own.source.index else {
                throw VirtError(
                    .configUnsupported, "the running domain has no disk '\(disk.name)' with an image",
                    from: .qemu)
            }
            guard own.driver.format == .qcow2 else {
                throw VirtError(
                    .configUnsupported,
                    "checkpoint for disk \(disk.name) unsupported for storage type \((own.driver.format ?? .raw).rawValue)",
                    from: .qemu)
            }
            places.append(
                BitmapPlace(
                    disk: own.target.dev, node: "libvirt-\(number)-format",
                    bitmap: disk.bitmap ?? checkpoint.name ?? ""))
        }
        return places
    }

    /// The bitmaps that QEMU has.
    private func bitmaps() async throws(VirtError) -> BitmapTable {
        BitmapTable(try await ask("query-named-block-nodes", ["flat": true]))
    }
}

/// A bitmap in a node of the running guest.
private struct BitmapPlace: Sendable {
    let disk: String
    let node: String
    let bitmap: String

    func action(_ command: String, isPersistent: Bool? = nil) -> JSONValue {
        var data: JSONObject = ["node": .string(node), "name": .string(bitmap)]
        if let isPersistent { data.add("persistent", .bool(isPersistent)) }
        return ["type": .string(command), "data": .object(data)]
    }
}

/// The bitmaps that QEMU tells of.
private struct BitmapTable: Sendable {
    struct Bitmap: Sendable {
        /// How much of the image it marks, in bytes.
        let count: UInt64?
        /// It is whole, and QEMU marks what is written.
        let isSound: Bool
    }

    private var bitmaps: [ByteName: [ByteName: Bitmap]] = [:]

    init(_ nodes: JSONValue) {
        for node in nodes.array ?? [] {
            guard let name = node["node-name"]?.string else { continue }
            for entry in node["dirty-bitmaps"]?.array ?? [] {
                guard let bitmap = entry["name"]?.string else { continue }
                bitmaps[ByteName(name), default: [:]][ByteName(bitmap)] = Bitmap(
                    count: entry["count"]?.uint,
                    isSound: entry["recording"]?.bool == true && entry["inconsistent"]?.bool != true)
            }
        }
    }

    subscript(place: BitmapPlace) -> Bitmap? { bitmaps[ByteName(place.node)]?[ByteName(place.bitmap)] }
}
