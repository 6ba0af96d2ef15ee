import ByteText
import DriverKit
import Glibc
import LinuxSystem
import Virt
import VirtXML

/// The bridge of a network on the host, with its addresses and routes.
struct HostBridge {
    let network: NetworkDefinition
    let name: String

    /// - Throws: `systemError` for a name that no link can have.
    init(_ network: NetworkDefinition) throws(VirtError) {
        guard let name = network.bridge?.name else {
            throw VirtError(
                .internalError, "network '\(network.name)' does not have a bridge name.", from: .network)
        }
        guard NetworkLinks.isName(name) else {
            let reason =
                name.utf8.count > NetworkLinks.longestName
                ? "Numerical result out of range" : "Invalid argument"
            throw VirtError(.systemError, "error creating bridge interface \(name): \(reason)", from: .none)
        }
        (self.network, self.name) = (network, name)
    }

    /// Makes the bridge, or what is missing of one that is there and was made for the network. May wait.
    func make() throws(VirtError) {
        let isNew: Bool
        do throws(SystemError) { isNew = try add() } catch {
            throw VirtError(
                .systemError, "error creating bridge interface \(name): \(error.reason)", from: .none)
        }
        do throws(VirtError) {
            try VirtError.reporting("cannot set the bridge \(name) up", from: .network) {
                () throws(SystemError) in
                try setKernel()
                if let mtu = network.mtu { try NetworkLinks.setMTU(name, mtu) }
            }
            for ip in network.ips { try add(ip) }
            try VirtError.reporting("cannot bring the bridge \(name) online", from: .network) {
                () throws(SystemError) in try NetworkLinks.setUp(name, true)
            }
            for route in network.routes { try add(route) }
        } catch {
            if isNew { remove() }
            throw error
        }
    }

    /// Removes the bridge; what was on it goes with it.
    func remove() { _ = try? NetworkLinks.remove(name) }

    private func add() throws(SystemError) -> Bool {
        if let known = try NetworkLinks.named(name) {
            // It is the network's own where it has the network's address on the link.
            if known.kind == "bridge", let mac = network.mac, known.address == mac.bytes { return false }
            throw SystemError(call: "netlink", errno: EEXIST, context: name)
        }
        let mac = network.mac?.bytes ?? []
        try NetworkLinks.addBridge(
            name, address: mac, spanningTree: network.bridge?.stp ?? true,
            delay: UInt32(
                clamping: (network.bridge?.delay ?? 0).multipliedReportingOverflow(by: 100).partialValue))
        return true
    }

    /// What the kernel does with packets: it forwards them, unless the network leads nowhere, and takes no advice of guests.
    private func setKernel() throws(SystemError) {
        let own = "/proc/sys/net/ipv6/conf/\(name)"
        let hasIPv6 = network.ips.contains(where: \.isIPv6)
        if FileSystem.exists(own) {
            try set("\(own)/disable_ipv6", hasIPv6 || network.ipv6 ? "0" : "1")
            for file in ["accept_ra", "autoconf"] { try set("\(own)/\(file)", "0") }
        }
        guard network.forward != nil else { return }
        if network.ips.contains(where: { !$0.isIPv6 }) { try set("/proc/sys/net/ipv4/ip_forward", "1") }
        if hasIPv6 { try set("/proc/sys/net/ipv6/conf/all/forwarding", "1") }
    }

    private func set(_ path: String, _ value: String) throws(SystemError) {
        if try FileSystem.readText(path, limit: 64).trimmingBlanks().hasSameBytes(as: value) { return }
        try FileSystem.open(path, [.writeOnly]).writeAll(Array(value.utf8))
    }

    private func add(_ ip: NetworkIP) throws(VirtError) {
        guard let address = ip.address.flatMap({ IPAddress($0) }) else { return }
        let prefix = ip.prefixLength
        let broadcast = ip.isIPv6 || prefix > 30 ? nil : address.broadcast(prefix: prefix).bytes
        do throws(SystemError) {
            try NetworkLinks.addAddress(
                address.bytes, prefix: UInt8(clamping: prefix), broadcast: broadcast, to: name)
        } catch {
            if error.errno == EEXIST { return }
            throw VirtError(
                .systemError, "Failed to add IP address \(address)/\(prefix) to \(name): \(error.reason)",
                from: .none)
        }
    }

    private func add(_ route: InterfaceRoute) throws(VirtError) {
        guard let destination = IPAddress(route.address),
            let gateway = route.gateway.flatMap({ IPAddress($0) })
        else { return }
        do throws(SystemError) {
            try NetworkLinks.addRoute(
                to: destination.bytes, prefix: UInt8(clamping: route.prefixLength), gateway: gateway.bytes,
                metric: route.metric ?? 1, by: name)
        } catch {
            if error.errno == EEXIST { return }
            throw VirtError(
                .systemError, "cannot add the route to \(destination) by way of \(name): \(error.reason)",
                from: .none)
        }
    }
}
