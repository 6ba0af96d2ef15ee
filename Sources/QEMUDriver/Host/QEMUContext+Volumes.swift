import ByteText
import DriverKit
import QEMUModel
import VirtXML

extension QEMUContext {
    /// The guest that runs and has the file at a path, as one of its images or below one.
    func guest(using path: String) -> String? {
        for domain in domains.all {
            let now = domain.snapshot
            guard let live = now.live else { continue }
            if live.devices.disks.contains(where: { $0.uses(path) }) { return now.name }
        }
        return nil
    }
}

extension DiskDevice {
    fileprivate func uses(_ path: String) -> Bool { hostFiles.contains { $0.path.hasSameBytes(as: path) } }
}
