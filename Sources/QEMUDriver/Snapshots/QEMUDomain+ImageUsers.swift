import ByteText
import DriverKit
import Virt
import VirtXML

/// Who needs which image: the one place that says so.
extension QEMUDomain {
    /// The images that the domain has, or that hold or build on the state of a snapshot.
    var neededFiles: Set<ByteName> {
        let now = snapshot
        var needed: Set<ByteName> = []
        for definition in [now.live, now.persistent].compactMap({ $0 }) {
            for disk in definition.devices.disks { needed.formUnion(disk.chainPaths) }
        }
        for moment in now.snapshots.all {
            for definition in [moment.domain, moment.inactiveDomain].compactMap({ $0 }) {
                for disk in definition.devices.disks { needed.formUnion(disk.chainPaths) }
            }
            for disk in moment.disks + moment.revertDisks {
                if let path = disk.source?.path { needed.insert(ByteName(path)) }
            }
            if let file = moment.memory?.file { needed.insert(ByteName(file)) }
        }
        return needed
    }

    /// Whether the domain has an image on top of a disk.
    func isOnTop(_ path: String) -> Bool {
        let now = snapshot
        return [now.live, now.persistent].contains { definition in
            definition?.devices.disks.contains { $0.source.path?.hasSameBytes(as: path) == true } == true
        }
    }

    /// The snapshots whose state an image holds, but for one.
    func snapshots(in path: String, but other: String? = nil) -> [SnapshotDefinition] {
        snapshot.snapshots.all.filter { moment in
            if let other, moment.name?.hasSameBytes(as: other) == true { return false }
            return moment.keptDisks.contains { disk in
                moment.domain?.disk(called: disk.name)?.source.path?.hasSameBytes(as: path) == true
            }
        }
    }
}

extension SnapshotDefinition {
    /// The disks whose state is kept, wherever.
    var keptDisks: [Disk] { disks.filter { $0.snapshot == .internal || $0.snapshot == .external } }
}

extension DiskDevice {
    /// The paths of the disk's image and of those below it, as far as they are known.
    fileprivate var chainPaths: Set<ByteName> {
        var paths: Set<ByteName> = []
        if let path = source.path { paths.insert(ByteName(path)) }
        for (_, source) in layers {
            if let path = source.path { paths.insert(ByteName(path)) }
        }
        return paths
    }
}
