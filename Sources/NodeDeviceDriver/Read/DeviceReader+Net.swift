import ByteText
import LinuxSystem
import VirtXML

extension DeviceReader {
    /// A network card. One whose state or speed can't be told isn't shown.
    func net(_ device: SystemDevice) -> Found? {
        guard let name = device.property("INTERFACE"), let link = LinkState(of: device) else { return nil }
        var net = NetCapability()
        (net.interface, net.address, net.link) = (name, device.text("address"), link.element)
        net.features = features(device, name)
        if device.property("DEVTYPE") == "wlan" { net.is80211 = true } else { net.is80203 = true }
        let found = net.address.map { Self.name("net", name, $0) } ?? Self.name("net", name)
        return (found, .net(net))
    }

    /// What the card does by itself; of a tree of files nobody can be asked.
    private func features(_ device: SystemDevice, _ name: String) -> [String] {
        var features = tree.isHost ? LinkFeatures(of: name).names : []
        guard let memory = device.text("device/resource") else { return features }
        let cards = tree.names(in: "/sys/class/infiniband")
        let hasAccess = cards.contains {
            tree.text("/sys/class/infiniband/\($0)/device/resource")?.hasSameBytes(as: memory) == true
        }
        // It stands before what cards do for tunnels.
        let place = features.firstIndex { $0.hasSameBytes(as: "txudptnl") } ?? features.endIndex
        if hasAccess { features.insert("rdma", at: place) }
        return features
    }
}

/// Whether a link is up, and how fast it is then.
private struct LinkState {
    let element: HostInterfaceDefinition.Link

    init?(of device: SystemDevice) {
        var link = HostInterfaceDefinition.Link()
        guard let state = device.text("operstate"), HostInterfaceDefinition.Link.states.contains(state) else {
            return nil
        }
        link.state = state
        if state == "up" {
            guard device.tree.exists("\(device.path)/speed") else { return nil }
            // The kernel says -1 where it doesn't know, and nothing where the link has no speed.
            let speed = device.number("speed").map { UInt32(truncatingIfNeeded: $0) }
            link.speed = speed == 0 ? nil : speed
        }
        element = link
    }
}
