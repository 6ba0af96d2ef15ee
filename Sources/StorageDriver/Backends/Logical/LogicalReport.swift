import ByteText
import VirtXML

/// What LVM's programs say.
enum LogicalReport {
    /// How many volumes a group may have that can be a pool.
    private static let mostRows = 1 << 16

    /// The volumes of a group that are there, from lines of `lvs`: one line for each stretch.
    ///
    /// - Parameter folder: where the group's devices are.
    static func volumes(in text: String, at folder: String) -> [StorageVolumeDefinition] {
        var (volumes, places): ([StorageVolumeDefinition], [ByteName: Int]) = ([], [:])
        for line in text.split(atByte: "\n").prefix(mostRows) {
            let cells = line.trimmingBlanks().split(atByte: "#", omittingEmptySubsequences: false).map(
                String.init)
            guard cells.count == 10, isShown(cells) else { continue }
            let name = ByteName(cells[0])
            if let place = places[name] {
                volumes[place].sourceDevices += devices(cells)
                continue
            }
            places[name] = volumes.count
            volumes.append(volume(cells, at: folder))
        }
        return volumes
    }

    /// Whether it is active, and what is kept in it is a guest's.
    private static func isShown(_ cells: [String]) -> Bool {
        let attributes = Array(cells[9].utf8)
        guard attributes.count > 4, attributes[4] == UInt8(ascii: "a") else { return false }
        return cells[4] != "thin-pool" && !cells[0].hasBytePrefix("[")
    }

    private static func volume(_ cells: [String], at folder: String) -> StorageVolumeDefinition {
        var volume = StorageVolumeDefinition()
        (volume.name, volume.key, volume.type) = (cells[0], cells[2], .block)
        volume.target.path = "\(folder)/\(cells[0])"
        volume.sourceDevices = devices(cells)
        let size = UInt64(cells[8]) ?? 0
        (volume.capacity, volume.allocation) = (ByteSize(bytes: size), ByteSize(bytes: size))
        // Of a snapshot of nothing the origin stands in brackets.
        if !cells[1].isEmpty, !cells[1].hasBytePrefix("[") {
            var below = StorageTarget()
            below.path = "\(folder)/\(cells[1])"
            volume.backingStore = below
        }
        return volume
    }

    /// The devices of a stretch, such as `/dev/sda(2),/dev/sdb(5)`; the numbers count extents.
    private static func devices(_ cells: [String]) -> [StorageVolumeDefinition.Device] {
        let (length, extent) = (UInt64(cells[6]) ?? 0, UInt64(cells[7]) ?? 0)
        return cells[3].split(atByte: ",").compactMap { word in
            guard let (path, rest) = word.cut(atLastByte: "("), let digits = rest.droppingByteSuffix(")"),
                let number = UInt64(digits)
            else { return nil }
            let start = number.multipliedReportingOverflow(by: extent)
            let end = start.partialValue.addingReportingOverflow(length)
            if start.overflow || end.overflow { return nil }
            var device = StorageVolumeDefinition.Device()
            var stretch = StorageExtent()
            (stretch.start, stretch.end) = (start.partialValue, end.partialValue)
            (device.path, device.extents) = (String(path), [stretch])
            return device
        }
    }

    /// How much room a group has, from the line of `vgs`.
    static func sizes(in text: String) -> PoolSizes? {
        let numbers = text.trimmingBlanks().split(atByte: ":").compactMap { UInt64($0) }
        guard numbers.count == 2, numbers[1] <= numbers[0] else { return nil }
        return PoolSizes(capacity: numbers[0], allocation: numbers[0] - numbers[1], available: numbers[1])
    }

    /// The groups, and the devices of each, from lines of `pvs`.
    static func groups(in text: String) -> [(name: String, devices: [String])] {
        var groups: [(name: String, devices: [String])] = []
        for line in text.split(atByte: "\n").prefix(mostRows) {
            let words = line.splitAtBlanks().map(String.init)
            guard words.count == 2 else { continue }
            if let place = groups.firstIndex(where: { $0.name.hasSameBytes(as: words[1]) }) {
                groups[place].devices.append(words[0])
            } else {
                groups.append((words[1], [words[0]]))
            }
        }
        return groups
    }
}
