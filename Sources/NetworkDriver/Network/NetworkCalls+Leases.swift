import DriverKit
import Leases
import LinuxSystem
import Virt
import VirtXML

extension NetworkCalls {
    func dhcpLeases(mac: String?, flags: UInt32) async throws(VirtError) -> [NetworkDHCPLease] {
        try flags.require(in: "networkGetDHCPLeases", from: .network)
        let wanted = try mac.map { (text) throws(VirtError) in
            if let address = MACAddress(xml: text) { return address }
            throw VirtError(.invalidMAC, text, from: .network)
        }
        let network = try current()
        guard let definition = network.live, let bridge = definition.bridge?.name else { return [] }
        let file = LeaseFile(driver.configuration(of: definition).leaseFile)
        let now = CalendarTime.now.seconds
        return await Blocking.run { file.read() }.filter { lease in
            (lease.expiry == 0 || lease.expiry > now)
                && (wanted == nil || wanted == lease.mac.flatMap { MACAddress(xml: $0) })
        }.map { $0.reply(definition, bridge) }
    }
}

extension DHCPLease {
    /// As clients are told of it.
    fileprivate func reply(_ network: NetworkDefinition, _ bridge: String) -> NetworkDHCPLease {
        let home = network.ips.first { ip in
            guard let own = ip.address.flatMap({ IPAddress($0) }), let it = IPAddress(address),
                own.family == it.family
            else { return false }
            return own.network(prefix: ip.prefixLength) == it.network(prefix: ip.prefixLength)
        }
        return NetworkDHCPLease(
            interface: bridge, expirytime: expiry, type: isIPv6 ? 1 : 0, mac: mac, iaid: iaid,
            ipaddr: address,
            prefix: home?.prefixLength ?? 0, hostname: hostname, clientid: clientID)
    }
}
