import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// Which image lies on which, as the images themselves say it: also those that no record tells of.
struct ImageGraph: Sendable {
    private var uppers: [ByteName: Set<ByteName>] = [:]
    /// The images of other domains, and those below them.
    private var others: [ByteName: String] = [:]

    /// An image from which is looked down.
    struct Start: Sendable {
        var path: String
        var format: StorageFormat
        /// The other domain that has it; nil where it's the domain's own.
        var owner: String?
    }

    /// Looks at all images from these down; may wait.
    init(_ starts: [Start]) {
        for start in starts {
            var (path, format): (String, StorageFormat?) = (start.path, start.format)
            var seen: Set<ByteName> = []
            while seen.insert(ByteName(path)).inserted, seen.count <= 200 {
                if let owner = start.owner { others[ByteName(path)] = owner }
                guard format == .qcow2, let below = Self.below(path) else { break }
                uppers[ByteName(below.path), default: []].insert(ByteName(path))
                (path, format) = below
            }
        }
    }

    private static func below(_ path: String) -> (path: String, format: StorageFormat?)? {
        guard let start = try? FileSystem.readStart(of: path, count: ImageContent.extent),
            let backing = ImageHeader(ImageContent(start: start), format: .qcow2)?.backing
        else { return nil }
        let name = backing.name
        let full = name.hasBytePrefix("/") ? name : (FileSystem.parent(of: path) ?? "") + "/" + name
        return (full, backing.format)
    }

    /// The images that lie directly on one.
    func above(_ path: String) -> Set<ByteName> { uppers[ByteName(path)] ?? [] }

    /// Whether another domain has an image, or one that lies on it.
    func isOthers(_ path: String) -> Bool { others[ByteName(path)] != nil }

    /// Refuses to change an image that another domain needs.
    func requireOwn(_ path: String) throws(VirtError) {
        guard let other = others[ByteName(path)] else { return }
        throw VirtError(
            .operationUnsupported, "domain '\(other)' needs the image '\(path)', which would be changed",
            from: .qemu)
    }
}

extension ByteName {
    /// That an image of which no record tells lies on another.
    func lies(on path: String) -> VirtError {
        VirtError(
            .configUnsupported,
            "the image '\(text)', of which no snapshot tells, lies on '\(path)', which would be changed or removed",
            from: .qemu)
    }
}

extension QEMUDomain {
    /// What lies on what, from all images that domains and the snapshots of this one name.
    func imageGraph() async -> ImageGraph {
        var starts: [ImageGraph.Start] = []
        func add(_ definition: DomainDefinition?, _ owner: String?) {
            for disk in definition?.devices.disks ?? [] {
                guard let image = SnapshotImage(disk) else { continue }
                starts.append(ImageGraph.Start(path: image.path, format: image.format, owner: owner))
            }
        }
        for other in context.domains.all where other !== self {
            add(other.snapshot.live, other.snapshot.name)
            add(other.snapshot.persistent, other.snapshot.name)
        }
        let now = snapshot
        add(now.live, nil)
        add(now.persistent, nil)
        for moment in now.snapshots.all {
            add(moment.domain, nil)
            for disk in moment.disks + moment.revertDisks {
                guard let path = disk.source?.path else { continue }
                starts.append(ImageGraph.Start(path: path, format: disk.format ?? .qcow2))
            }
        }
        let found = starts
        return await Blocking.run { ImageGraph(found) }
    }
}
