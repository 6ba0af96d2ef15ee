import LinuxSystem
import Roost
import Virt

extension Command {
    static let netDHCPLeases = Command(
        "net-dhcp-leases", "print lease info for a given network",
        description: "Print the addresses that a network has handed out.",
        options: [.network, .value("mac", "only that of the card with this address")]
    ) { session, arguments in
        let network = try await session.network(arguments)
        let mac = try arguments.string("mac")
        let leases = try await explaining("Failed to get leases info for \(network.reference.name)") {
            try await network.dhcpLeases(mac: mac, flags: 0)
        }
        var table = Table(
            header: ["Expiry Time", "MAC address", "Protocol", "IP address", "Hostname", "Client ID or DUID"])
        // As they end, for a card by its address.
        for lease in leases.sorted(by: { ($0.expirytime, $0.mac ?? "") < ($1.expirytime, $1.mac ?? "") }) {
            table.add(cells: [
                CalendarTime.localText(seconds: lease.expirytime), lease.mac ?? "-",
                lease.type == 0 ? "ipv4" : lease.type == 1 ? "ipv6" : "", "\(lease.ipaddr)/\(lease.prefix)",
                lease.hostname ?? "-", lease.clientid ?? "-",
            ])
        }
        session.output.print(table)
    }
}
