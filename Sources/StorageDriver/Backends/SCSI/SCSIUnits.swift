import ByteText
import LinuxSystem
import VirtXML

/// The disks behind one SCSI controller of the host, as the kernel knows them.
struct SCSIUnits: Sendable {
    /// Where the kernel tells of itself: `/sys`.
    let system: String
    /// The controller's number.
    let host: Int
    /// The folder with lasting names of disks, such as `/dev/disk/by-path`.
    let target: String
    /// Where disks are by the kernel's names: `/dev`.
    let devices: String

    /// More disks than any controller has.
    private static let mostUnits = 1 << 16

    /// The disks, each as a volume named by its bus, target and unit. May wait.
    func volumes() throws(SystemError) -> [StorageVolumeDefinition] {
        let names = try FileSystem.names(in: "\(system)/bus/scsi/devices").prefix(Self.mostUnits)
        let lasting = lastingNames()
        return names.compactMap { name in
            let numbers = name.split(atByte: ":").compactMap { Int($0) }
            guard numbers.count == 4, numbers[0] == host, let disk = disk(name) else { return nil }
            var volume = StorageVolumeDefinition()
            volume.name = "unit:\(numbers[1]):\(numbers[2]):\(numbers[3])"
            volume.type = .block
            let path = lasting[ByteName(disk)] ?? "\(devices)/\(disk)"
            volume.target.path = path
            volume.key = serial(name) ?? path
            return volume
        }
    }

    /// The kernel's name of what is a disk; nil for tapes and the like.
    private func disk(_ unit: String) -> String? {
        let folder = "\(system)/bus/scsi/devices/\(unit)"
        guard let type = try? FileSystem.readText("\(folder)/type", limit: 64),
            ["0", "5", "7"].contains(type.trimmingBlanks())
        else { return nil }
        return (try? FileSystem.names(in: "\(folder)/block"))?.first
    }

    /// What the disk is called anywhere in the world, such as `naa.6001405…`: the kernel has asked it.
    private func serial(_ unit: String) -> String? {
        let path = "\(system)/bus/scsi/devices/\(unit)/wwid"
        guard let word = try? FileSystem.readText(path, limit: 4096).splitAtBlanks().joined(separator: "_"),
            !word.isEmpty
        else { return nil }
        return word
    }

    /// The lasting names by the kernel's names.
    private func lastingNames() -> [ByteName: String] {
        guard target != devices else { return [:] }
        var found: [ByteName: String] = [:]
        for name in ((try? FileSystem.names(in: target)) ?? []).prefix(Self.mostUnits) {
            guard let disk = try? FileSystem.readLink("\(target)/\(name)") else { continue }
            let key = ByteName(FileSystem.lastPart(of: disk))
            if found[key] == nil { found[key] = "\(target)/\(name)" }
        }
        return found
    }
}
