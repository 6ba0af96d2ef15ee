import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Logging
import Virt
import VirtXML

extension NetworkDriver {
    /// Sees to it that networks that run stay.
    func guardNetworks() {
        planObstacleSearch()
        do throws(SystemError) {
            try watcher.begin { [weak self] hasNewRules in
                await self?.restore()
                // Guests' cards come and go all the time, and change nothing about others' rules.
                if hasNewRules { self?.planObstacleSearch() } else { await self?.noteUplink() }
            }
        } catch {
            log.warning("what somebody removes of networks can't be noticed: \(error)")
        }
    }

    /// Makes what is missing of the networks that run.
    private func restore() async {
        if await Blocking.run({ self.isWhole }) { return }
        do throws(VirtError) {
            try await registry.change { () throws(VirtError) in
                // Whoever changed networks meanwhile has made all of it.
                let missing = self.missingBridges()
                if missing.isEmpty, self.firewall.isIntact() { return }
                for network in missing {
                    try HostBridge(network).make()
                    self.limitAgain(network)
                    self.tellBridge(of: network.name)
                    self.log.warning(
                        "somebody removed the bridge of network '\(network.name)': it is there again")
                }
                // A rule knows its bridge by a number, which another one hasn't.
                try self.firewall.set(self.running())
                self.log.warning("somebody changed the firewall's rules of networks: they are there again")
            }
        } catch {
            log.error("networks that run aren't what they should be, and can't be made so: \(error)")
        }
    }

    /// Whether all that running networks have on the host is there. May wait.
    private var isWhole: Bool { missingBridges().isEmpty && firewall.isIntact() }

    private func missingBridges() -> [NetworkDefinition] {
        guard let links = try? NetworkLinks.all() else { return [] }
        return running().filter { network in
            !links.contains { $0.name.hasSameBytes(as: network.bridge) }
        }.map(\.definition)
    }
}
