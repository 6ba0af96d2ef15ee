import DriverKit
import Virt

extension QEMUDomain {
    static let momentRules: MomentRules = {
        var rules = MomentRules()
        rules.createSnapshot = "SnapshotCreateXML"
        rules.revertSnapshot = "SnapshotRevert"
        rules.deleteSnapshot = "SnapshotDelete"
        rules.createCheckpoint = "CheckpointCreateXML"
        rules.showCheckpoint = "CheckpointGetXMLDesc"
        rules.deleteCheckpoint = "CheckpointDelete"
        rules.createFlags = [
            .redefine, .current, .noMetadata, .halt, .diskOnly, .reuseExt, .quiesce, .atomic, .live,
            .validate,
        ]
        rules.revertFlags = [.running, .paused, .force, .resetNvram]
        rules.deleteFlags = [.children, .metadataOnly, .childrenOnly]
        rules.createCheckpointFlags = [.redefine, .quiesce, .redefineValidate]
        rules.keepsKindsApart = false
        return rules
    }()

    static func checkSnapshotFlags(_ flags: DomainSnapshotCreateFlags) throws(VirtError) {
        func refused(_ message: String) -> VirtError {
            .refused("qemuSnapshotCreateXML", "ctl", message, from: .qemu)
        }
        if flags.contains(.quiesce), !flags.contains(.diskOnly) {
            throw refused(
                "Flag 'VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY' is required by flag "
                    + "'VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE'")
        }
        if flags.contains(.live), flags.contains(.redefine) {
            throw refused(
                "Flags 'VIR_DOMAIN_SNAPSHOT_CREATE_LIVE' and 'VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE' are "
                    + "mutually exclusive")
        }
    }
}
