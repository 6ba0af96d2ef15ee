import ByteText
import HostKit
import VirtXML

/// What the programs of ZFS are told, and what they say.
enum ZFSCommand {
    static func facts(of pool: String) -> ProgramTask {
        ProgramTask("zpool", ["get", "-Hp", "health,size,free,allocated", pool])
    }

    static func makePool(_ name: String, on devices: [String]) -> ProgramTask {
        ProgramTask("zpool", ["create", name] + devices)
    }

    static func removePool(_ name: String) -> ProgramTask { ProgramTask("zpool", ["destroy", name]) }

    static func volumes(of pool: String) -> ProgramTask {
        ProgramTask("zfs", ["list", "-Hp", "-t", "volume", "-r", "-o", "name,volsize,refreservation", pool])
    }

    /// Makes a volume; one that takes less room than it is large is sparse.
    static func make(_ volume: StorageVolumeDefinition, in pool: String) -> ProgramTask {
        let (capacity, allocation) = (volume.capacity ?? .zero, volume.allocation ?? .zero)
        var words = ["create"]
        if allocation < capacity { words += ["-s", "-o", "refreservation=\(allocation.kibibytes)K"] }
        return ProgramTask("zfs", words + ["-V", "\(capacity.kibibytes)K", "\(pool)/\(volume.name)"])
    }

    static func remove(_ name: String, from pool: String) -> ProgramTask {
        ProgramTask("zfs", ["destroy", "\(pool)/\(name)"])
    }

    // MARK: Answers

    /// How much room there is, from lines of a name, a property, its value and where that is from.
    static func sizes(in text: String) -> PoolSizes {
        var sizes = PoolSizes()
        for line in text.split(atByte: "\n") {
            let cells = line.split(atByte: "\t")
            guard cells.count > 2, let value = UInt64(cells[2]) else { continue }
            switch cells[1] {
            case "size": sizes.capacity = value
            case "free": sizes.available = value
            case "allocated": sizes.allocation = value
            default: break
            }
        }
        return sizes
    }

    /// The volumes right in a pool, from lines of name, size and the room that is kept for it.
    static func volumes(in text: String, of pool: String, at folder: String) -> [StorageVolumeDefinition] {
        text.split(atByte: "\n").prefix(1 << 16).compactMap { line in
            let cells = line.split(atByte: "\t")
            guard cells.count == 3, let name = cells[0].droppingBytePrefix("\(pool)/"),
                !name.contains(byte: "/"),
                let size = UInt64(cells[1])
            else { return nil }
            var volume = StorageVolumeDefinition()
            (volume.name, volume.type, volume.target.path) = (String(name), .block, "\(folder)/\(name)")
            volume.key = volume.target.path
            volume.capacity = ByteSize(bytes: size)
            volume.allocation = ByteSize(bytes: UInt64(cells[2]) ?? 0)
            return volume
        }
    }
}
