import PublishedData
import Virt
import VirtXML
import XMLBinding

extension Group {
    /// What must come out of a network and a change. Which of both belong together isn't said anywhere: an output
    /// passes if some change makes it of some network. A change that isn't in the corpus is the entry that both
    /// differ by. An output counts if the network that its name begins with is there.
    static var networkUpdates: [Case] {
        let inputs = "network/networkxml2xmlin", outputs = "network-update/networkxml2xmlupdateout"
        let networks = Published.documentNames(in: inputs).compactMap { Published.text("\(inputs)/\($0)") }
        let bases = Published.documentNames(in: inputs).map { String($0.dropLast(".xml".count)) }
        let known = Published.documentNames(in: "network-update/networkxml2xmlupdatein").compactMap {
            Published.text("network-update/networkxml2xmlupdatein/\($0)")
        }
        return Published.documentNames(in: outputs).compactMap { file in
            guard bases.contains(where: file.hasPrefix), let output = Published.text("\(outputs)/\(file)")
            else {
                return nil
            }
            return Case(name: file, expected: output) { changed(networks, known, output) ?? "" }
        }
    }

    private static let sections: [NetworkUpdateSection] = [
        .ipDhcpHost, .ipDhcpRange, .forwardInterface, .portgroup, .dnsHost, .dnsTxt, .dnsSrv,
    ]
    private static let commands: [NetworkUpdateCommand] = [.modify, .delete, .addFirst, .addLast]

    /// The output, if one of the changes makes it.
    private static func changed(_ networks: [String], _ changes: [String], _ output: String) -> String? {
        for xml in networks {
            guard let network = try? NetworkDefinition(xml: xml, options: .inactive) else { continue }
            guard let goal = try? NetworkDefinition(xml: output, options: .inactive) else { continue }
            for change in changes + entries(of: network) + entries(of: goal) {
                for result in results(network, change) where result == output { return result }
            }
        }
        return nil
    }

    /// Every entry that a change could be about.
    private static func entries(of network: NetworkDefinition) -> [String] {
        var found: [String] = []
        for dhcp in network.ips.compactMap(\.dhcp) {
            found += dhcp.hosts.compactMap { try? $0.formatted(as: "host") }
            found += dhcp.ranges.compactMap { try? $0.formatted(as: "range") }
        }
        found += (network.forward?.interfaces ?? []).compactMap { try? $0.formatted(as: "interface") }
        found += network.portgroups.compactMap { try? $0.formatted(as: "portgroup") }
        found += (network.dns?.hosts ?? []).compactMap { try? $0.formatted(as: "host") }
        found += (network.dns?.texts ?? []).compactMap { try? $0.formatted(as: "txt") }
        return found + (network.dns?.services ?? []).compactMap { try? $0.formatted(as: "srv") }
    }

    private static func results(_ network: NetworkDefinition, _ change: String) -> [String] {
        var results: [String] = []
        for section in sections {
            for command in commands {
                for index in Int32(-1)..<3 {
                    var copy = network
                    let done: Void? = try? copy.update(command, section, parentIndex: index, xml: change)
                    if done != nil, let text = try? copy.xml(options: .inactive) { results.append(text) }
                }
            }
        }
        return results
    }
}
