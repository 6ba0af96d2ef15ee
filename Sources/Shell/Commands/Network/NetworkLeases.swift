import JSON
import LinuxSystem
import Roost
import Virt

extension Command {
    static let netDHCPLeases = Command(
        "net-dhcp-leases", "print lease info for a given network",
        description: "Print the addresses that a network has handed out.",
        options: [.network, .value("mac", "only that of the card with this address"), .json]
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
                Cell(CalendarTime.localText(seconds: lease.expirytime), JSONValue(lease.expirytime)),
                .text(lease.mac, without: "-"),
                .text(lease.type == 0 ? "ipv4" : lease.type == 1 ? "ipv6" : ""),
                .text("\(lease.ipaddr)/\(lease.prefix)"), .text(lease.hostname, without: "-"),
                .text(lease.clientid, without: "-"),
            ])
        }
        session.output.print(table)
    }
}
