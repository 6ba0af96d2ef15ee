import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// All disks of the host that are reached by several paths.
struct MultipathPool: DeviceBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let (system, folder) = (driver.places.system, path)
        return await Blocking.run { FoundContent(devices: Self.volumes(system, at: folder)) }
    }

    /// The disks, as the kernel tells of them. May wait.
    static func volumes(_ system: String, at folder: String) -> [StorageVolumeDefinition] {
        ((try? FileSystem.names(in: "\(system)/block")) ?? []).compactMap { device in
            guard device.hasBytePrefix("dm-"), let name = word("\(system)/block/\(device)/dm/name"),
                let key = word("\(system)/block/\(device)/dm/uuid")?.droppingBytePrefix("mpath-")
            else { return nil }
            var volume = StorageVolumeDefinition()
            (volume.name, volume.key, volume.type) = (name, String(key), .block)
            volume.target.path = "\(folder)/\(name)"
            return volume
        }
    }

    private static func word(_ path: String) -> String? {
        guard let text = try? FileSystem.readText(path, limit: 4096) else { return nil }
        let word = String(text.trimmingBlanks())
        return word.isEmpty ? nil : word
    }
}
