import DriverKit
import HostKit
import QEMUModel
import Virt
import VirtXML

/// What the statistics of all domains say of disks.
extension QEMUDomain {
    /// Each disk, or each image of the running guest's.
    ///
    /// - Parameter nodes: what QEMU tells of them; nil where it isn't asked.
    nonisolated func blockStatistics(
        _ now: QEMUDomainSnapshot, _ nodes: BlockNodes?, withBacking: Bool
    ) async -> [TypedParameter] {
        var groups: [[TypedParameter]] = []
        for disk in now.definition.devices.disks {
            if !now.isActive {
                let info = disk.source.isEmpty ? nil : try? await blockInfo(path: disk.target.dev, flags: 0)
                groups.append(disk.statistics(info))
                continue
            }
            let chain = disk.chain
            groups.append(disk.statistics(chain.first, nodes, isTop: true))
            for image in withBacking ? chain.dropFirst() : [] {
                groups.append(disk.statistics(image, nodes, isTop: false))
            }
        }
        var all = [TypedParameter("block.count", .uint(UInt32(clamping: groups.count)))]
        for (number, group) in groups.enumerated() {
            all += group.map { TypedParameter("block.\(number).\($0.field)", $0.value) }
        }
        return all
    }
}

extension DiskDevice {
    /// What is known of a disk that nobody has opened.
    fileprivate func statistics(_ info: DomainBlockInfo?) -> [TypedParameter] {
        var all = [TypedParameter("name", .string(target.dev))]
        if let path = source.localPath { all.append(TypedParameter("path", .string(path))) }
        if let info {
            all += [
                TypedParameter("allocation", .ullong(info.allocation)),
                TypedParameter("capacity", .ullong(info.capacity)),
                TypedParameter("physical", .ullong(info.physical)),
            ]
        }
        return all
    }

    /// What is known of an image of a running guest's disk; the counters are those of the disk.
    fileprivate func statistics(_ image: DiskImage?, _ nodes: BlockNodes?, isTop: Bool) -> [TypedParameter] {
        var all = [TypedParameter("name", .string(target.dev))]
        if let path = image?.path { all.append(TypedParameter("path", .string(path))) }
        if let image { all.append(TypedParameter("backingIndex", .uint(image.index))) }
        if isTop, let counters = info.alias.flatMap({ nodes?.device($0)?.counters }) {
            for (name, way) in [("rd", counters.read), ("wr", counters.written)] {
                all.append(TypedParameter("\(name).reqs", .ullong(way.operations)))
                all.append(TypedParameter("\(name).bytes", .ullong(way.bytes)))
                all.append(TypedParameter("\(name).times", .ullong(way.time)))
            }
            all.append(TypedParameter("fl.reqs", .ullong(counters.flushed.operations)))
            all.append(TypedParameter("fl.times", .ullong(counters.flushed.time)))
        }
        guard let image, let nodes, let top = nodes.top(of: image.index) else { return all }
        let storage = nodes.storage(of: image.index)
        all.append(TypedParameter("allocation", .ullong(storage?.counters.highestOffset ?? 0)))
        if let size = top.virtualSize { all.append(TypedParameter("capacity", .ullong(size))) }
        if let size = top.actualSize { all.append(TypedParameter("physical", .ullong(size))) }
        if let threshold = storage?.writeThreshold, threshold > 0 {
            all.append(TypedParameter("threshold", .ullong(threshold)))
        }
        return all
    }
}
