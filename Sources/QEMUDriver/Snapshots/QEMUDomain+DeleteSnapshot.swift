import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    /// Takes a snapshot out of its images, and forgets it.
    func discard(_ doomed: SnapshotDefinition) async throws(VirtError) {
        if let guest, guest.phase == .unseen { throw guest.unseen(snapshot.name) }
        try requireNoBlockJobs()
        try await discard(doomed, isRecovery: false)
    }

    /// - Parameter isRecovery: that was begun before, and is finished now.
    func discard(_ doomed: SnapshotDefinition, isRecovery: Bool) async throws(VirtError) {
        if doomed.isExternal { return try await discardExternal(doomed, isRecovery: isRecovery) }
        let name = doomed.name ?? ""
        let images = try innerImages(of: doomed, in: doomed.domain)
        let plan = SnapshotPlan(.deleteInner, name, images)
        try await planning(plan, isRecovery: isRecovery) { (domain) async throws(VirtError) in
            if domain.snapshot.isActive {
                try await domain.deleteLive(name, images)
            } else {
                for image in images { try await ImageTool().delete(name, in: image) }
            }
            try await domain.forgetSnapshot(name)
        }
    }
}
