import DriverKit
import LinuxSystem
import QEMUModel
import VirtXML
import XMLBinding

/// What is known of a running QEMU beside its guest's document.
struct QEMURunFacts: RunFacts {
    /// The CPU that was asked for, where that of the running guest is known better.
    @Boxed var requestedCPU: GuestCPU?
    var process: ProcessIdentity?
    /// Why QEMU can't be seen or spoken to, where it should be.
    var trouble: String?
    /// Disks that had a job on record when the daemon took the guest up, and whether a backup was: it tells of their ends
    /// itself.
    var recordedJobs: [String] = []
    var recordsBackup = false
    /// How much memory the guest has now, in KiB, where the balloon says so.
    var balloon: UInt64?
}

typealias QEMUDomainSnapshot = LocalDomainSnapshot<QEMURunFacts>

extension QEMUDomainSnapshot {
    /// Takes over the state that the guest's life has come to.
    mutating func show(_ life: GuestLife) { (state, reason) = life.shown }
}
