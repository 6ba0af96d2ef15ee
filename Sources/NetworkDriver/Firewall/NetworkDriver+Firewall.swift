import DriverKit
import LinuxSystem
import Logging
import Synchronization
import Virt

extension NetworkDriver {
    /// Sees to it that the rules of the networks that run stay, whoever changes the host's.
    func guardRules() {
        do throws(SystemError) {
            try firewall.watch { [weak self] in
                // One look is for all changes up to it.
                guard let self, !self.isLooking.exchange(true, ordering: .relaxed) else { return }
                Task {
                    self.isLooking.store(false, ordering: .relaxed)
                    await self.restoreRules()
                }
            }
        } catch {
            log.warning("rules of networks that somebody removes can't be noticed: \(error)")
        }
    }

    private func restoreRules() async {
        if await Blocking.run({ self.firewall.isIntact() }) { return }
        do throws(VirtError) {
            try await registry.change { () throws(VirtError) in
                // Whoever changed networks meanwhile has made the rules anew.
                if self.firewall.isIntact() { return }
                try self.firewall.set(self.running())
                self.log.warning("somebody changed the firewall's rules of networks: they are there again")
            }
        } catch {
            log.error("the firewall's rules of networks are gone, and can't be made again: \(error)")
        }
    }
}
