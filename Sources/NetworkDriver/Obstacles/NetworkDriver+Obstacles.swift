import ByteText
import DriverKit
import LinuxSystem
import Logging
import Virt
import VirtXML

/// Packets must be accepted by the tables of every owner: those of a firewall daemon, of Docker or of the administrator can
/// leave a network active and dead. Where they do the log says so, and what to do; or the driver adds what lets them pass.
extension NetworkDriver {
    /// Has others' rules looked through soon.
    func planObstacleSearch() {
        obstacles.plan { [weak self] in await self?.lookForObstacles() }
    }

    /// Has others' rules looked through where the host reaches others by another link than before.
    func noteUplink() async {
        let uplink = await Blocking.run { Uplink.current?.name }
        if obstacles.isNews(uplink: uplink) { planObstacleSearch() }
    }

    private func lookForObstacles() async {
        do throws(VirtError) {
            // A network that is being started is among them once it is.
            let networks = try await registry.change { () throws(VirtError) in self.running() }
            let found = try await Blocking.run { () throws(VirtError) in
                let uplink = Uplink.current?.name
                _ = self.obstacles.isNews(uplink: uplink)
                return try self.foundObstacles(of: networks, uplink: uplink)
            }
            if settings.coexists {
                return try await registry.change { () throws(VirtError) in try self.pass(found) }
            }
            for obstacle in obstacles.news(of: found) {
                log.warning("\(obstacle.description). To let them pass: \(obstacle.repair)")
            }
        } catch {
            log.error("whether others' rules let guests' packets pass can't be seen: \(error)")
        }
    }

    /// What stands in the way of networks that run. May wait.
    ///
    /// - Parameter uplink: the link by which the host reaches others; nil where it reaches nobody.
    func foundObstacles(
        of networks: [(definition: NetworkDefinition, bridge: String)], uplink: String?
    ) throws(VirtError) -> [Obstacle] {
        if networks.isEmpty { return [] }
        let rules = try firewall.all()
        return networks.flatMap { network, bridge in
            network.vitalPackets(bridge: bridge, uplink: uplink).compactMap {
                Obstacle(to: $0, on: bridge, in: rules)
            }
        }
    }

    /// Adds what lets packets pass where they don't, while their networks run. Call it within a change.
    private func pass(_ found: [Obstacle]) throws(VirtError) {
        let bridges = running().map(\.bridge)
        let wanted = found.filter { obstacle in bridges.contains { $0.hasSameBytes(as: obstacle.bridge) } }
        guard !wanted.isEmpty else { return }
        try firewall.add(wanted)
        for obstacle in wanted {
            log.notice(
                "\(obstacle.description). They are let pass there now, by 'nft \(obstacle.target.insertion())'"
            )
        }
    }

    /// Removes what was added to others' tables for networks that run no more. May wait.
    func removeAccepts(but stopping: UUID? = nil) {
        do throws(VirtError) {
            try firewall.removeAccepts(but: settings.coexists ? running(but: stopping).map(\.bridge) : [])
        } catch {
            log.error("what was added to others' rules for networks can't be removed: \(error)")
        }
    }
}
