import ByteText
import DriverKit
import QEMUModel
import VirtXML

extension QEMUContext {
    /// The files and devices of the host that disks of guests use now, with those below their images.
    func filesInUse() -> [FileInUse] {
        domains.all.flatMap { domain in
            let now = domain.snapshot
            let files = now.live?.devices.disks.flatMap(\.hostFiles) ?? []
            return files.map { FileInUse(path: $0.path, guest: now.name) }
        }
    }
}
