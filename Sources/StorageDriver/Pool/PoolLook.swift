import ByteText
import LinuxSystem
import Virt
import VirtXML

/// What was found in a pool.
struct FoundContent: Sendable {
    var volumes: [ByteName: StoredVolume] = [:]
    var sizes = PoolSizes()
    var permissions: StoragePermissions?
    /// Where there is room on a disk.
    var freeExtents: [StorageExtent] = []
}

/// Looks through a pool's folder. Files that are still those of the last time aren't opened.
struct PoolLook: Sendable {
    let folder: Folder
    let known: [ByteName: StoredVolume]

    /// How many files a folder may have that can be a pool.
    private static let mostFiles = 1 << 20

    /// May wait.
    init(_ path: String, known: [ByteName: StoredVolume]) throws(SystemError) {
        folder = try Folder(path)
        self.known = known
    }

    /// Looks at everything, on several threads.
    func run() async throws(SystemError) -> FoundContent {
        let (names, content) = try await Blocking.run { () throws(SystemError) in
            let names = try folder.names(atMost: Self.mostFiles)
            let room = try folder.room()
            var content = FoundContent()
            content.sizes = PoolSizes(
                capacity: room.total, allocation: room.used, available: room.free)
            content.permissions = StoragePermissions(try folder.descriptor.status())
            return (names, content)
        }
        let share = max(256, names.count / 4 + 1)
        let parts = await withTaskGroup(of: [ByteName: StoredVolume].self) { group in
            for start in stride(from: 0, to: names.count, by: share) {
                let slice = names[start..<min(start + share, names.count)]
                group.addTask { await Blocking.run { self.look(at: slice) } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var found = content
        found.volumes.reserveCapacity(names.count)
        for part in parts { found.volumes.merge(part) { $1 } }
        return found
    }

    private func look(at names: ArraySlice<String>) -> [ByteName: StoredVolume] {
        var found: [ByteName: StoredVolume] = [:]
        for name in names where Self.canBeShown(name) && !PartName.isOne(name) {
            let key = ByteName(name)
            if let known = known[key], let stamp = known.stamp, let status = try? folder.status(of: name),
                FileStamp(status) == stamp
            {
                found[key] = known
            } else if let file = (try? VolumeFile(name, in: folder)) ?? nil {
                found[key] = StoredVolume(file, name, in: folder.path)
            }
        }
        return found
    }

    /// Whether a document can hold a name: what can't be shown is no volume.
    private static func canBeShown(_ name: String) -> Bool {
        name.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: true
            case 0..<0x20, 0xFFFD...0xFFFF: false
            default: true
            }
        }
    }
}

extension StoredVolume {
    init(_ file: VolumeFile, _ name: String, in folder: String) {
        definition = file.definition(name, in: folder)
        stamp = FileStamp(file.status)
    }
}
