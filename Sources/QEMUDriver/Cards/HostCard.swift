import ByteText
import DriverKit
import Glibc
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// A card's end on the host: a tap, in a bridge or by itself, or a link on top of another one. It is named and placed before
/// it is made, so that what is made is on record.
struct HostCard: Sendable {
    let card: InterfaceDevice
    let name: String
    let alias: String
    /// What lets the kernel carry packets past QEMU, a descriptor a queue.
    let vhost: [Descriptor]
    /// What is noted about a link that outlives QEMU: whose it is.
    var note: String?

    /// - Parameter isKVM: whether the guest may have its packets carried by the kernel.
    init?(_ card: InterfaceDevice, isKVM: Bool) throws(VirtError) {
        guard card.hasHostEnd, let name = card.target?.dev, let alias = card.info.alias else { return nil }
        (self.card, self.name, self.alias) = (card, name, alias)
        vhost = isKVM ? try Self.openVhost(card) : []
    }

    var queues: Int { Int(clamping: card.driver?.queues ?? 1) }

    private static func openVhost(_ card: InterfaceDevice) throws(VirtError) -> [Descriptor] {
        let isAsked = card.driver?.name == .vhost
        guard card.driver?.name != .qemu, card.virtioModel != nil else { return [] }
        var found: [Descriptor] = []
        do throws(SystemError) {
            for _ in 0..<min(max(1, Int(clamping: card.driver?.queues ?? 1)), TapDevice.mostQueues) {
                found.append(
                    try FileSystem.open(
                        card.backend?.vhost ?? "/dev/vhost-net", [.readWrite], links: .trusted))
            }
        } catch {
            if isAsked {
                throw VirtError(
                    .configUnsupported, "vhost-net was requested for an interface, but is unavailable",
                    from: .qemu)
            }
            return []
        }
        return found
    }

    /// Makes it, plugged in and switched on; QEMU's ends of it. May wait.
    func make() throws(VirtError) -> [Descriptor] {
        if card.type == .direct { return try makeDirect() }
        let joins = card.type == .ethernet && card.target?.managed == false
        let tap = try open(joins: joins)
        do throws(VirtError) {
            if !joins { try prepare() }
            if card.bandwidth != nil, !card.isOnOpenSwitch { try limit() }
        } catch {
            tap.close()
            throw error
        }
        return tap.ends
    }

    private func open(joins: Bool) throws(VirtError) -> TapDevice {
        do throws(SystemError) {
            return try TapDevice(
                name, queues: queues, hasHeader: card.takesOffloads, at: card.backend?.tap ?? TapDevice.maker,
                joins: joins)
        } catch {
            throw VirtError(.systemError, "Unable to create tap device \(name): \(error.reason)", from: .none)
        }
    }

    private func prepare() throws(VirtError) {
        try report("Cannot set interface MAC to \(hostAddress.xml) on '\(name)'") { () throws(SystemError) in
            try NetworkLinks.setAddress(name, hostAddress.bytes)
        }
        if let bridge = card.source.bridge, !card.isOnOpenSwitch {
            try plug(into: bridge)
        } else {
            try setMTU(card.mtu)
        }
        if let frames = card.coalesceRxFrames {
            try report("Cannot set coalesce info on '\(name)'") { () throws(SystemError) in
                try NetworkLinks.setCoalescing(name, frames: frames)
            }
        }
        try report("Cannot set interface flags on '\(name)'") { () throws(SystemError) in
            try NetworkLinks.setUp(name, true)
        }
        for ip in card.source.ips { try add(ip) }
        for route in card.source.routes { try add(route) }
    }

    /// Puts it into a bridge. Packets are as long there as the bridge's, unless the card says otherwise.
    func plug(into bridge: String) throws(VirtError) {
        guard let found = try? NetworkLinks.named(bridge) else {
            throw VirtError(
                .systemError, "Cannot get interface MTU on '\(bridge)': No such device", from: .none)
        }
        try setMTU(card.mtu ?? found.mtu)
        try report("Unable to add bridge \(bridge) port \(name)") { () throws(SystemError) in
            try NetworkLinks.setBridge(of: name, bridge)
        }
        if card.isolated == true {
            try report("Unable to set bridge \(bridge) port \(name) isolated") { () throws(SystemError) in
                try NetworkLinks.setIsolated(name, true)
            }
        }
        guard let vlan = card.vlan else { return }
        try report("error adding vlan filter to interface \(name)") { () throws(SystemError) in
            try NetworkLinks.setTags(name, vlan.bridgeTags)
        }
    }

    private func setMTU(_ mtu: UInt32?) throws(VirtError) {
        guard let mtu else { return }
        try report("Cannot set interface MTU on '\(name)'") { () throws(SystemError) in
            try NetworkLinks.setMTU(name, mtu)
        }
    }

    /// The guest's address in its higher half, so that no bridge takes it for its own.
    private var hostAddress: MACAddress {
        var address = card.mac?.address ?? MACAddress((0, 0, 0, 0, 0, 0))
        let first: UInt64 = address.value >> 40 == 0xFE ? 0xFA : 0xFE
        address.value = address.value & 0xFF_FFFF_FFFF | first << 40
        return address
    }

    private func add(_ ip: InterfaceIP) throws(VirtError) {
        guard let address = IPAddress(ip.address) else { return }
        let prefix = ip.prefix ?? (address.bytes.count == 4 ? 32 : 128)
        try report("Failed to add IP address \(address)/\(prefix) to \(name)") { () throws(SystemError) in
            try NetworkLinks.addAddress(address.bytes, prefix: UInt8(clamping: prefix), to: name)
        }
    }

    private func add(_ route: InterfaceRoute) throws(VirtError) {
        guard let destination = IPAddress(route.address),
            let gateway = route.gateway.flatMap({ IPAddress($0) })
        else { return }
        try report("Failed to add the route to \(destination) by way of \(name)") { () throws(SystemError) in
            try NetworkLinks.addRoute(
                to: destination.bytes, prefix: UInt8(clamping: route.prefixLength), gateway: gateway.bytes,
                metric: route.metric ?? 1, by: name)
        }
    }

    func report(
        _ what: @autoclosure () -> String, _ body: () throws(SystemError) -> Void
    ) throws(VirtError) {
        try VirtError.reporting(what(), from: .none, body)
    }
}

extension VLAN {
    /// The tags as a bridge of the kernel's has them: one alone is taken off on the way to the guest.
    fileprivate var bridgeTags: [NetworkLinks.BridgeTag] {
        tags.map { tag in
            NetworkLinks.BridgeTag(
                id: UInt16(clamping: tag.id), isNative: !trunk || tag.nativeMode != nil,
                leavesBare: !trunk || tag.nativeMode == .untagged)
        }
    }
}

extension InterfaceDevice {
    /// Whether the daemon makes a link of the host's for the card.
    var hasHostEnd: Bool {
        switch type {
        case .network, .bridge, .ethernet, .direct: true
        default: false
        }
    }

    /// Whether the card knows of checksums and lengths that are worked out later.
    var takesOffloads: Bool {
        virtioModel != nil || model.map { ["e1000e", "igb", "vmxnet3"].contains($0) } ?? false
    }
}
