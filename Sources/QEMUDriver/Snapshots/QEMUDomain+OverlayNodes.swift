import ByteText
import DriverKit
import JSON
import QEMUModel
import Virt
import VirtXML

/// Images that QEMU has on top of disks already, or has only opened so far.
extension QEMUDomain {
    private func imageNodes() async throws(VirtError) -> [JSONValue] {
        try await ask("query-named-block-nodes", ["flat": true]).array ?? []
    }

    /// Whether the guest writes to these images: one that QEMU has merely opened lies on no other.
    func writes(to tops: [SnapshotImage]) async throws(VirtError) -> Bool {
        let nodes = try await imageNodes()
        return tops.contains { top in nodes.contains { $0.isImage(top.path) && $0.liesOnAnother } }
    }

    /// Has QEMU close images to which the guest doesn't write.
    func close(_ unused: [SnapshotImage]) async throws(VirtError) {
        let nodes = try await imageNodes().filter { node in unused.contains { node.isImage($0.path) } }
        for name in nodes.compactMap({ $0["node-name"]?.string }).sorted(by: { $0.isLayer && !$1.isLayer }) {
            if let number = name.imageNumber { noteImage(number) }
            try await ask("blockdev-del", ["node-name": .string(name)])
        }
    }

    /// Has the documents name the new images on top of disks; what does already stays.
    func adoptOverlays(_ tops: [SnapshotImage]) async throws(VirtError) {
        if let live = snapshot.live, live.devices.disks.contains(where: { $0.isBelow(tops) }) {
            // QEMU has them, and a daemon that was killed hasn't noted it.
            let nodes = try await imageNodes()
            var adopted = live
            for index in adopted.devices.disks.indices {
                let disk = adopted.devices.disks[index]
                guard let top = tops.first(where: { disk.isBelow([$0]) }),
                    let number = nodes.compactMap({ $0.number(of: top.path) }).first
                else { continue }
                noteImage(number)
                adopted.devices.disks[index] = disk.covered(by: top, number: number)
            }
            let found = adopted
            publish { $0.live = found }
            saveRecordSoon()
        }
        guard var definition = snapshot.persistent else { return }
        for index in definition.devices.disks.indices {
            let disk = definition.devices.disks[index]
            guard let top = tops.first(where: { disk.isBelow([$0]) }) else { continue }
            definition.devices.disks[index].source = top.source
            definition.devices.disks[index].driver.format = top.format
            definition.devices.disks[index].backingStore = nil
        }
        try await replaceDefinition(definition)
    }
}

extension DiskDevice {
    /// The disk with another image on top.
    func covered(by top: SnapshotImage, number: UInt32) -> DiskDevice {
        var (disk, below) = (self, BackingStore())
        (below.source, below.format, below.index) = (source, driver.format ?? .raw, source.index)
        below.source?.index = nil
        below.backingStore = backingStore ?? BackingStore()
        below.isDetected = true
        disk.source = top.source
        disk.source.index = number
        disk.driver.format = top.format
        disk.backingStore = below
        return disk
    }

    /// Whether it is the disk of one of these images, and hasn't that on top.
    func isBelow(_ tops: [SnapshotImage]) -> Bool {
        tops.contains { top in
            top.disk.hasSameBytes(as: target.dev) && source.path?.hasSameBytes(as: top.path) != true
        }
    }
}

extension JSONValue {
    /// Whether this node stands for the file at a path, or for what is in it.
    fileprivate func isImage(_ path: String) -> Bool { self["file"]?.string?.hasSameBytes(as: path) == true }

    fileprivate var liesOnAnother: Bool { self["backing_file"] != nil }

    /// The number of the image whose format this node understands and whose file is at a path.
    fileprivate func number(of path: String) -> UInt32? {
        guard isImage(path), let name = self["node-name"]?.string, name.isLayer else { return nil }
        return name.imageNumber
    }
}

extension String {
    /// Whether the node of this name understands a format, and uses a node below it.
    fileprivate var isLayer: Bool { hasByteSuffix("-format") }

    /// The number in `libvirt-5-format`.
    fileprivate var imageNumber: UInt32? {
        droppingBytePrefix("libvirt-").flatMap { $0.cut(atByte: "-") }.flatMap { UInt32($0.0) }
    }
}
