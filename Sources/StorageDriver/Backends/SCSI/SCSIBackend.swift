import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// Pools of a SCSI controller's disks: they come and go with the hardware.
protocol SCSIBackend: DeviceBackend {
    /// The number of the controller.
    func host() async throws(VirtError) -> Int
}

extension SCSIBackend {
    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let units = SCSIUnits(
            system: driver.places.system, host: try await host(), target: path, devices: driver.places.devices
        )
        do throws(SystemError) {
            return try await Blocking.run { () throws(SystemError) in
                FoundContent(devices: try units.volumes())
            }
        } catch {
            throw VirtError(error, "cannot look for the disks of SCSI host \(units.host)", from: .storage)
        }
    }
}

extension FoundContent {
    /// Whole devices as volumes: all room is theirs. May wait.
    init(devices: [StorageVolumeDefinition]) {
        self.init()
        for var volume in devices {
            guard let facts = try? DeviceFacts(volume.target.path ?? "") else { continue }
            volume.fill(facts)
            volume.allocation = volume.capacity
            volumes[ByteName(volume.name)] = StoredVolume(definition: volume)
            sizes.capacity &+= facts.length
            sizes.allocation &+= facts.length
        }
    }
}
