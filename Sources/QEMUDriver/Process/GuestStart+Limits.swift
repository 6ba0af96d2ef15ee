import DriverKit
import Glibc
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension ProcessHandle {
    /// Lets the process lock as much memory as a guest needs. What isn't needed is only a wish.
    func allow(_ memory: LockedMemory) throws(SystemError) {
        do throws(SystemError) {
            try set(ResourceLimit(.lockedMemory, memory.limit))
        } catch {
            if error.errno == EPERM, !memory.isNeeded { return }
            throw error
        }
    }
}

extension QEMUDomain {
    /// Has QEMU's limit of locked memory be what the guest needs with the devices of `definition`; what it was before
    /// the first device needed more comes back when the last is gone.
    func adjustLockedMemory(for definition: DomainDefinition) async throws(VirtError) {
        guard let guest, let process = guest.process else { return }
        let former = guest.formerLockedMemory
        let wanted = definition.lockedMemory
        do throws(SystemError) {
            if let wanted {
                let now = try await Blocking.run { () throws(SystemError) -> ResourceLimit in
                    let now = if let former { former } else { try process.limit(.lockedMemory) }
                    try process.allow(wanted)
                    return now
                }
                self.guest?.formerLockedMemory = now
            } else if let former {
                self.guest?.formerLockedMemory = nil
                try await Blocking.run { () throws(SystemError) in try process.set(former) }
            }
        } catch {
            let size = wanted?.limit.map { "\($0) bytes" } ?? "any amount"
            throw VirtError(
                error,
                "domain '\(snapshot.name)' needs to lock \(size) of memory, and its limit can't be raised")
        }
    }
}
