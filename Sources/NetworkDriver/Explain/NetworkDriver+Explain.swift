import ByteText
import DriverKit
import Explanation
import LinuxSystem
import Virt
import VirtXML

extension NetworkDriver {
    /// What a network is on this host, and what stands in its guests' way. May wait.
    func explanation(of network: LocalNetwork) -> NetworkExplanation {
        var explanation = NetworkExplanation()
        (explanation.name, explanation.uuid) = (network.title, "\(network.uuid)")
        explanation.isActive = network.isActive
        guard let definition = network.live else {
            explanation.facts = files(of: network)
            explanation.problems = [
                .init(
                    "it isn't active: no guest can be plugged into it",
                    repair: "roost net-start \(network.title)")
            ]
            return explanation
        }
        let host = NetworkHost(definition)
        explanation.facts = host.facts + guests(of: network) + process(of: network)
        if definition.hasOwnBridge { explanation.facts += rules(of: definition) }
        explanation.facts += files(of: network)
        explanation.problems = host.problems
        guard definition.hasOwnBridge else { return explanation }
        explanation.problems += serverProblems(of: network, definition)
        if !firewall.isIntact() {
            explanation.problems.append(.init("somebody has changed its rules: they are put back at once"))
        }
        explanation.problems += obstacleProblems(of: definition)
        return explanation
    }

    private func files(of network: LocalNetwork) -> [NetworkExplanation.Fact] {
        var facts: [NetworkExplanation.Fact] = []
        if network.isPersistent { facts.append(.init("file", definitions.documents.path(network.title))) }
        if network.isActive { facts.append(.init("file", records.path(network.title))) }
        if network.server != nil, let definition = network.live {
            facts.append(.init("file", "\(configuration(of: definition).leaseFile): the leases"))
        }
        return facts
    }

    private func guests(of network: LocalNetwork) -> [NetworkExplanation.Fact] {
        network.ports.values.map { port in
            let owner = port.ownerName.map { "'\($0)'" } ?? "nobody"
            return NetworkExplanation.Fact("guest", "port \(port.uuid.map { "\($0)" } ?? "") of \(owner)")
        }
        .sorted { ByteName($0.text) < ByteName($1.text) }
    }

    private func process(of network: LocalNetwork) -> [NetworkExplanation.Fact] {
        guard let server = network.server, let definition = network.live else { return [] }
        let configuration = configuration(of: definition)
        return [
            .init(
                "process", "dnsmasq, process \(server.process.identity.id), which reads \(configuration.file)"
            )
        ]
    }

    private func rules(of definition: NetworkDefinition) -> [NetworkExplanation.Fact] {
        let bridge = definition.bridge?.name ?? ""
        return FirewallRules(network: definition, bridge: bridge).rules.map { rule in
            .init(
                "rule",
                "table \(rule.family) \(FirewallRules.table), chain \(rule.chain): \(rule.words.joined(separator: " "))"
            )
        }
    }

    private func serverProblems(
        of network: LocalNetwork, _ definition: NetworkDefinition
    ) -> [NetworkExplanation.Problem] {
        guard configuration(of: definition).isNeeded else { return [] }
        var problems: [NetworkExplanation.Problem] = []
        if network.server == nil || NameServer.find(configuration(of: definition)) == nil {
            problems.append(
                .init(
                    "its dnsmasq doesn't run: guests get neither addresses nor names",
                    repair: "roost net-destroy \(network.title); roost net-start \(network.title)"))
        }
        if definition.dns?.enable ?? true, definition.dns?.forwarders.isEmpty ?? true,
            !NetworkHost.hasNameServer
        {
            problems.append(
                .init("/etc/resolv.conf names no server: dnsmasq has nobody to ask for names of others"))
        }
        return problems
    }

    private func obstacleProblems(of definition: NetworkDefinition) -> [NetworkExplanation.Problem] {
        do throws(VirtError) {
            let network = (definition, definition.bridge?.name ?? "")
            return try foundObstacles(of: [network], uplink: Uplink.current?.name).map {
                .init($0.description, repair: $0.repair)
            }
        } catch {
            return [.init("others' rules can't be read: \(error)")]
        }
    }
}
