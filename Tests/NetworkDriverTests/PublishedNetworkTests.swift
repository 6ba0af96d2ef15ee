import PublishedData
import Testing
import VirtXML
import XMLBinding

@testable import NetworkDriver

/// What becomes of published networks on a host.
@Suite struct PublishedNetworkTests {
    @Test("dnsmasq is told what libvirt tells it", .published)
    func dnsmasq() throws {
        let folder = "network-dnsmasq/networkxml2confdata"
        var count = CaseCount("network-dnsmasq")
        for file in Published.documentNames(in: folder) {
            let name = String(file.dropLast(".xml".count))
            let text = try #require(Published.text("\(folder)/\(file)"))
            let configuration = try Self.configuration(NetworkDefinition(xml: text, options: []))
            count.add(
                name, try Self.difference(configuration.text(), Published.text("\(folder)/\(name).conf")))
            guard let hosts = Published.text("\(folder)/\(name).hostsfile") else { continue }
            count.add(name + " hosts", try Self.difference(configuration.hosts(), hosts))
        }
        count.tell()
    }

    @Test("the firewall has the rules that libvirt gives it", .published)
    func firewall() throws {
        let folder = "network-firewall/networkxml2firewalldata"
        var count = CaseCount("network-firewall")
        for file in Published.documentNames(in: folder) {
            let name = String(file.dropLast(".xml".count))
            guard let text = Published.text("\(folder)/\(file)"),
                let expected = Published.text("\(folder)/\(name)-linux.nftables")
            else { continue }
            let rules = try FirewallRules(
                network: NetworkDefinition(xml: text, options: []), bridge: "virbr0"
            ).rules
            let lines = rules.map {
                "\($0.family) \(FirewallRules.table) \($0.chain) \($0.words.joined(separator: " "))"
            }
            count.add(name, Self.difference(lines.joined(separator: "\n"), Self.rules(in: expected)))
        }
        count.tell()
    }

    private static func configuration(_ network: NetworkDefinition) -> DnsmasqConfiguration {
        DnsmasqConfiguration(
            network: network, bridge: network.bridge?.name ?? "virbr0", folder: "/var/lib/libvirt/dnsmasq",
            pidFile: nil)
    }

    private static func difference(_ text: String, _ expected: String?) -> String {
        text == expected ? "" : "--- expected\n\(expected ?? "an error")\n--- written\n\(text)"
    }

    /// The rules among recorded commands, a line each.
    private static func rules(in text: String) -> String {
        text.replacing("\\\n", with: "").split(separator: "\n").compactMap { line in
            let words = line.replacing("'", with: "").split(separator: " ").joined(separator: " ")
            let start = "nft -ae insert rule "
            return words.hasPrefix(start) ? String(words.dropFirst(start.count)) : nil
        }.joined(separator: "\n")
    }
}
