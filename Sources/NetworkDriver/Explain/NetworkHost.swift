import ByteText
import Explanation
import LinuxSystem
import Virt
import VirtXML

/// What the kernel has of a network that runs. Made by looking at the host, which may wait.
struct NetworkHost {
    let network: NetworkDefinition
    private let links: [NetworkLink]
    private let uplink = Uplink.current

    init(_ network: NetworkDefinition) {
        self.network = network
        links = (try? NetworkLinks.all()) ?? []
    }

    private var bridge: NetworkLink? {
        network.bridge?.name.flatMap { name in links.first { $0.name.hasSameBytes(as: name) } }
    }

    /// Whether the network leads anywhere else.
    private var leadsOut: Bool {
        [.nat, .route, .open].contains(network.forward?.mode)
    }

    var facts: [NetworkExplanation.Fact] {
        linkFacts + addressFacts + wayFacts
    }

    private var linkFacts: [NetworkExplanation.Fact] {
        guard let bridge else {
            return (network.forward?.interfaces ?? []).compactMap(\.dev).map {
                .init("link", "\($0), of the host")
            }
        }
        let digits = bridge.address.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(
            separator: ":")
        let address = digits.isEmpty ? "" : ", " + digits
        let own = NetworkExplanation.Fact(
            "link", "\(bridge.name): a bridge\(address), MTU \(bridge.mtu), \(bridge.isUp ? "up" : "down")")
        return [own]
            + links.filter { $0.bridge == bridge.index }.map {
                .init("link", "\($0.name): plugged into \(bridge.name), \($0.isUp ? "up" : "down")")
            }
    }

    private var addressFacts: [NetworkExplanation.Fact] {
        network.ips.compactMap { ip in
            ip.address.map { .init("address", "\($0)/\(ip.prefixLength), the host's on the bridge") }
        }
    }

    private var wayFacts: [NetworkExplanation.Fact] {
        var facts = network.ips.compactMap(\.networkName).map {
            NetworkExplanation.Fact("route", "\($0) by \(network.bridge?.name ?? "")")
        }
        guard leadsOut else { return facts }
        if let uplink { facts.append(.init("route", "to all others by \(uplink.name)")) }
        return facts + forwarding.map { .init("sysctl", "\($0.name) = \($0.value ?? "unknown")") }
    }

    /// The kernel's switches for packets that go on, for the families that the network has.
    private var forwarding: [(name: String, value: String?)] {
        let names = [
            network.ips.contains { !$0.isIPv6 } ? "net.ipv4.ip_forward" : nil,
            network.ips.contains(where: \.isIPv6) ? "net.ipv6.conf.all.forwarding" : nil,
        ]
        return names.compactMap { $0 }.map { name in
            let path = "/proc/sys/" + name.replacing(byte: ".", with: "/")
            return (name, (try? FileSystem.readText(path, limit: 64)).map { String($0.trimmingBlanks()) })
        }
    }

    var problems: [NetworkExplanation.Problem] {
        var problems: [NetworkExplanation.Problem] = []
        if network.hasOwnBridge, bridge?.isUp != true {
            problems.append(.init("its bridge isn't there or isn't up: it is made again at once"))
        }
        if network.forward?.mode == .vepa || network.forward?.mode == .private || usesMacvtap {
            problems.append(
                .init("guests on a macvtap reach others on the host's network, and not the host itself"))
        }
        guard leadsOut else { return problems }
        for (name, value) in forwarding where value != "1" {
            problems.append(
                .init(
                    "the kernel forwards nothing: guests reach the host only", repair: "sysctl -w \(name)=1"))
        }
        if uplink == nil {
            problems.append(.init("the host itself has no route to others, and so guests haven't"))
        }
        if let dev = network.forward?.dev, !links.contains(where: { $0.name.hasSameBytes(as: dev) }) {
            problems.append(.init("its packets leave by '\(dev)' alone, and the host has no such device"))
        }
        return problems
    }

    private var usesMacvtap: Bool {
        network.forward?.mode == .bridge && network.bridge?.name == nil
    }

    /// Whether the host knows whom to ask for names.
    static var hasNameServer: Bool {
        let text = (try? FileSystem.readText("/etc/resolv.conf", limit: 1 << 20)) ?? ""
        return text.split(atByte: "\n").contains {
            $0.splitAtBlanks().first?.hasSameBytes(as: "nameserver") ?? false
        }
    }
}
