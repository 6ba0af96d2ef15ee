import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// The network links of this host, as the kernel shows them.
struct HostLinks: Sendable {
    let tree: DeviceTree

    /// A link at a glance.
    struct Link: Sendable {
        let name: String
        let address: String
        /// `up`, `down`, or another of the kernel's words.
        let state: String

        var isActive: Bool { state.hasSameBytes(as: "up") }
        var reference: InterfaceReference { InterfaceReference(name: name, mac: address) }
    }

    /// The links but for those that are a bridge's, which are shown within it.
    func all() -> [Link] {
        tree.devices(on: [], of: ["net"]).filter { !tree.exists("\($0.path)/brport") }.map(Self.link)
    }

    func named(_ name: String) -> Link? { device(name).map(Self.link) }

    private static func link(_ device: SystemDevice) -> Link {
        Link(name: device.name, address: device.text("address") ?? "", state: device.text("operstate") ?? "")
    }

    private func device(_ name: String) -> SystemDevice? {
        NetworkLinks.isName(name) ? tree.device(named: name, of: "net") : nil
    }

    /// A link as a document; nil where there is none of that name.
    func definition(_ name: String) throws(VirtError) -> HostInterfaceDefinition? {
        guard let device = device(name) else { return nil }
        var definition = try described(device)
        definition.mtu = device.number("mtu").flatMap { UInt32(exactly: $0) }
        return definition
    }

    /// What is said of a link wherever it is shown.
    private func described(_ device: SystemDevice) throws(VirtError) -> HostInterfaceDefinition {
        var definition = HostInterfaceDefinition()
        definition.name = device.name
        definition.type = device.property("DEVTYPE").flatMap { .init(rawValue: $0) } ?? .ethernet
        definition.mac = device.text("address")
        definition.link = try state(of: device)
        switch definition.type {
        case .bridge: definition.bridge = try bridge(device)
        case .bond: definition.bond = try bond(device)
        case .vlan: definition.vlan = try vlan(device)
        case .ethernet: break
        }
        return definition
    }

    private func state(of device: SystemDevice) throws(VirtError) -> HostInterfaceDefinition.Link {
        var link = HostInterfaceDefinition.Link()
        link.state = device.text("operstate")
        guard link.state == "up" else { return link }
        if !tree.exists("\(device.path)/speed") {
            let path = "/sys/class/net/\(device.name)/speed"
            _ = try VirtError.reporting("unable to read: \(path)", from: .interface) {
                () throws(SystemError) in
                try FileSystem.open(tree.root + path)
            }
        }
        // The kernel says -1 where it doesn't know, and nothing where the link has no speed.
        link.speed = device.number("speed").map { UInt32(truncatingIfNeeded: $0) }
        return link
    }

    private func bridge(_ device: SystemDevice) throws(VirtError) -> HostInterfaceDefinition.Bridge {
        var bridge = HostInterfaceDefinition.Bridge()
        bridge.stp = device.text("bridge/stp_state").map { $0 != "0" }
        bridge.delay = device.text("bridge/forward_delay")
        // Guests' cards come and go, and are no part of what the host is.
        let ports = device.names(in: "brif").filter { !Self.isGuests($0) }
        bridge.interfaces = try parts(ports, of: device)
        return bridge
    }

    /// Whether a link has the name of a guest's card: `vnet` and a number.
    private static func isGuests(_ name: String) -> Bool {
        name.droppingBytePrefix("vnet")?.utf8.first.map(\.isDigit) ?? false
    }

    /// What a bridge or a bond is made of. A bridge within a bridge can't be said.
    private func parts(
        _ names: [String], of device: SystemDevice
    ) throws(VirtError) -> [HostInterfaceDefinition] {
        var found: [HostInterfaceDefinition] = []
        for name in names.sorted(by: { ByteName($0) < ByteName($1) }) {
            guard let part = self.device(name), part.property("DEVTYPE") != "bridge" else {
                throw VirtError(
                    .internalError,
                    "Could not get interface information for '\(name)', which is a member of bridge '\(device.name)'",
                    from: .interface)
            }
            found.append(try described(part))
        }
        return found
    }

    private func bond(_ device: SystemDevice) throws(VirtError) -> HostInterfaceDefinition.Bond {
        func word(_ name: String) -> String? {
            device.text("bonding/\(name)")?.splitAtBlanks().first.map { String($0) }
        }
        func number(_ name: String) -> UInt32 { word(name).flatMap { UInt32($0) } ?? 0 }
        var bond = HostInterfaceDefinition.Bond()
        bond.mode = word("mode")
        if number("miimon") > 0 {
            var monitor = HostInterfaceDefinition.MIIMonitor()
            monitor.frequency = number("miimon")
            monitor.downDelay = number("downdelay") == 0 ? nil : number("downdelay")
            monitor.upDelay = number("updelay") == 0 ? nil : number("updelay")
            monitor.carrier = number("use_carrier") == 0 ? "ioctl" : "netif"
            bond.miimon = monitor
        } else if number("arp_interval") > 0 {
            var monitor = HostInterfaceDefinition.ARPMonitor()
            monitor.interval = number("arp_interval")
            monitor.target = device.text("bonding/arp_ip_target") ?? ""
            monitor.validate = word("arp_validate").flatMap { $0 == "none" ? nil : $0 }
            bond.arpmon = monitor
        }
        let members = device.names().compactMap { $0.droppingBytePrefix("slave_").map { String($0) } }
        bond.interfaces = try parts(members, of: device)
        return bond
    }

    /// What the kernel tells of a VLAN in a file of its own.
    private func vlan(_ device: SystemDevice) throws(VirtError) -> HostInterfaceDefinition.VLANTag {
        let path = "/proc/net/vlan/\(device.name)"
        let text = try VirtError.reporting("Failed to open file '\(path)'", from: .interface) {
            () throws(SystemError) in try FileSystem.readText(tree.root + path)
        }
        var vlan = HostInterfaceDefinition.VLANTag()
        let words = text.splitAtBlanks()
        for (word, next) in zip(words, words.dropFirst()) {
            if word.hasSameBytes(as: "VID:") { vlan.tag = String(next) }
            if word.hasSameBytes(as: "Device:") { vlan.interfaceName = String(next) }
        }
        return vlan
    }
}
