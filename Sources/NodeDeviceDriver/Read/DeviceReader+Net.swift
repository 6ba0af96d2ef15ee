import ByteText
import LinuxSystem
import VirtXML

extension DeviceReader {
    /// A network card. One whose state or speed can't be told isn't shown.
    func net(_ device: SystemDevice) -> Found? {
        guard let name = device.property("INTERFACE"), let link = LinkState(of: device) else { return nil }
        var net = NetCapability()
        (net.interface, net.address, net.link) = (name, device.text("address"), link.element)
        if tree.isHost { net.features = LinkFeatures(of: name).names }
        if device.property("DEVTYPE") == "wlan" { net.is80211 = true } else { net.is80203 = true }
        let found = net.address.map { Self.name("net", name, $0) } ?? Self.name("net", name)
        return (found, .net(net))
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
