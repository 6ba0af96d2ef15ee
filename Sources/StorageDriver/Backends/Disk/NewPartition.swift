import ByteText
import Virt
import VirtXML

/// A partition that is to be made.
struct NewPartition: Sendable, Equatable {
    let number: Int
    let start: UInt64
    let end: UInt64
    /// What parted is told of it.
    let kind: String
    /// What it is marked as afterwards.
    let flag: String?

    /// Partitions begin and end at multiples of this, as every program that makes them has it.
    private static let alignment: UInt64 = 1 << 20

    /// Finds the place for a volume: the smallest room that it fits into.
    ///
    /// - Parameter prefix: what stands before the number in the names of the disk's partitions.
    init(
        _ volume: StorageVolumeDefinition, in table: PartitionTable, named prefix: String
    ) throws(VirtError) {
        let format = volume.target.format ?? "none"
        let wanted = volume.name.droppingBytePrefix(prefix).flatMap { Int($0) }
        let isLogical = table.format == "dos" && (wanted ?? 0) > 4
        number = try Self.number(in: table, isLogical: isLogical)
        guard volume.name.hasSameBytes(as: "\(prefix)\(number)") else {
            throw VirtError(
                .invalidArg, "invalid partition name '\(volume.name)', expected '\(prefix)\(number)'",
                from: .storage)
        }
        if format == "extended" { try Self.checkExtended(table) }
        let stretch = try Self.room(for: volume.capacity?.bytes ?? 0, in: table, isLogical: isLogical)
        (start, end) = (stretch.start, stretch.end)
        kind = Self.kind(format, in: table, isLogical: isLogical)
        flag = ["linux-lvm": "lvm", "linux-raid": "raid"][format]
    }

    private static func number(in table: PartitionTable, isLogical: Bool) throws(VirtError) -> Int {
        let taken = Set(table.partitions.map(\.number))
        if isLogical { return (taken.filter { $0 > 4 }.max() ?? 4) + 1 }
        let most = table.format == "dos" ? 4 : 128
        if let free = (1...most).first(where: { !taken.contains($0) }) { return free }
        throw VirtError(.internalError, "there are no free partitions", from: .storage)
    }

    private static func checkExtended(_ table: PartitionTable) throws(VirtError) {
        if table.format != "dos" {
            throw VirtError(
                .configUnsupported, "a disk of format '\(table.format)' has no extended partitions",
                from: .storage)
        }
        if table.partitions.contains(where: \.isExtended) {
            throw VirtError(.internalError, "extended partition already exists", from: .storage)
        }
    }

    private static func room(
        for size: UInt64, in table: PartitionTable, isLogical: Bool
    ) throws(VirtError) -> PartitionTable.Stretch {
        let extended = table.partitions.first(where: \.isExtended)
        let rounded = size.roundedUp(to: 512)
        let stretches = table.free.filter { stretch in
            let isWithin = extended.map { stretch.start >= $0.start && stretch.end <= $0.end } ?? false
            return isWithin == isLogical
        }.compactMap { stretch -> (PartitionTable.Stretch, UInt64)? in
            // A logical partition has a sector of its own before it.
            let begin = stretch.start.addingReportingOverflow(isLogical ? 512 : 0)
            guard !begin.overflow, let start = begin.partialValue.roundedUp(to: alignment), let rounded else {
                return nil
            }
            let end = start.addingReportingOverflow(rounded)
            guard !end.overflow, end.partialValue <= stretch.end else { return nil }
            return (PartitionTable.Stretch(start: start, end: end.partialValue), stretch.end - stretch.start)
        }
        if let best = stretches.min(by: { $0.1 < $1.1 }) { return best.0 }
        throw VirtError(.internalError, "no large enough free extent", from: .storage)
    }

    /// What parted is told: on a disk of PCs the kind of the partition and of what it is for, elsewhere its name.
    private static func kind(_ format: String, in table: PartitionTable, isLogical: Bool) -> String {
        guard table.format == "dos" else { return "primary" }
        if format == "extended" { return "extended" }
        let content = ["fat16", "fat32", "linux-swap"].contains(format) ? format : "ext2"
        return "\(isLogical ? "logical" : "primary") \(content)"
    }
}

extension UInt64 {
    /// The next multiple of a number; nil where there is none.
    fileprivate func roundedUp(to unit: UInt64) -> UInt64? {
        let rest = self % unit
        if rest == 0 { return self }
        let sum = addingReportingOverflow(unit - rest)
        return sum.overflow ? nil : sum.partialValue
    }
}
