import JSON
import VirtXML

extension InterfaceDevice {
    /// Whether the card is one of the virtio family, and of which generation.
    /// The model's name where libvirt has a name for it.
    package var knownModel: String {
        let names = [
            "netfront", "rtl8139", "virtio", "e1000", "e1000e", "igb", "virtio-transitional",
            "virtio-non-transitional", "usb-net", "spapr-vlan", "lan9118", "scm91c111", "vlance", "vmxnet",
            "vmxnet2", "vmxnet3", "Am79C970A", "Am79C973", "82540EM", "82545EM", "82543GC",
        ]
        return model.flatMap { names.contains($0) ? $0 : nil } ?? "unknown"
    }

    package var virtioModel: VirtioModel? { model.flatMap { VirtioModel(rawValue: $0) } }
}

extension InterfaceDevice.Kind {
    /// The model that a card connected so must have; nil where any will do.
    package var requiredModel: String? { self == .vdpa || self == .vhostuser ? "virtio" : nil }
}

extension QEMUGuest {
    /// The network card that the guest sees.
    package func device(for card: InterfaceDevice, _ id: String) throws(ConfigurationError) -> JSONObject {
        var device: JSONObject
        if let model = card.virtioModel {
            device = ["driver": .string(try virtioDriver("virtio-net", card.info, model: model))]
            addVirtioSettings(card, to: &device)
        } else {
            device = ["driver": .string(card.model ?? "")]
        }
        device.add("netdev", "host" + id)
        device.add("id", id)
        device.add("mac", card.mac?.address.xml)
        addBoot(of: card.info, to: &device)
        try addAddress(of: card.info, to: &device)
        addROM(of: card.info, to: &device)
        if card.virtioModel != nil { addTeaming(card, to: &device) }
        return device
    }

    private func addVirtioSettings(_ card: InterfaceDevice, to device: inout JSONObject) {
        device.add("host_mtu", card.mtu)
        guard let driver = card.driver else { return }
        if let mode = driver.txmode { device.add("tx", mode == .iothread ? "bh" : "timer") }
        device.add("ioeventfd", driver.ioeventfd)
        device.add("event_idx", driver.eventIndex)
        addOffloads(driver, to: &device)
        addQueues(card, driver, to: &device)
        device.add("rss", driver.rss)
        device.add("hash", driver.rssHashReport)
        device.add("rx_queue_size", driver.rxQueueSize)
        device.add("tx_queue_size", driver.txQueueSize)
        addVirtio(driver.virtio, to: &device)
    }

    private func addOffloads(_ driver: InterfaceDriver, to device: inout JSONObject) {
        if let host = driver.host {
            device.add("csum", host.csum)
            device.add("gso", host.gso)
            device.add("host_tso4", host.tso4)
            device.add("host_tso6", host.tso6)
            device.add("host_ecn", host.ecn)
            device.add("host_ufo", host.ufo)
            device.add("mrg_rxbuf", host.mrgRxbuf)
        }
        guard let guest = driver.guest else { return }
        device.add("guest_csum", guest.csum)
        device.add("guest_tso4", guest.tso4)
        device.add("guest_tso6", guest.tso6)
        device.add("guest_ecn", guest.ecn)
        device.add("guest_ufo", guest.ufo)
    }

    /// Each pair of queues needs two interrupts, and the card two of its own.
    private func addQueues(_ card: InterfaceDevice, _ driver: InterfaceDriver, to device: inout JSONObject) {
        guard let queues = driver.queues, queues > 1,
            driver.name != .qemu || card.type == .vhostuser || card.type == .vdpa
        else { return }
        device["mq"] = true
        if case .pci = card.info.address { device["vectors"] = JSONValue(2 * UInt64(queues) + 2) }
    }

    private func addTeaming(_ card: InterfaceDevice, to device: inout JSONObject) {
        if card.teaming?.type == .persistent { device["failover"] = true }
    }
}
