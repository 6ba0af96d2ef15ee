import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a disk: the nodes that serve it, and the device that the guest sees.
    package func parts(of disk: DiskDevice) throws(ConfigurationError) -> [QEMUPart] {
        if disk.source.type == .vhostuser { return try vhostUser(disk) }
        if disk.target.bus == .sd { return try card(disk) }
        var graph = BlockGraph(guest: self, driver: disk.effectiveDriver, kind: disk.device)
        var top: String?
        if !disk.source.isEmpty { top = try graph.add(BlockImage(disk)) }
        var parts = graph.parts
        if let node = top, disk.driver.copyOnRead == true { top = copyOnRead(disk, above: node, &parts) }
        for (index, filter) in disk.throttleFilters.enumerated() {
            top = throttle(filter, above: top, disk.highestImage &+ UInt32(clamping: index + 1), &parts)
        }
        parts.append(.device(try device(for: disk, drive: top)))
        return parts
    }

    private func throttle(
        _ filter: ThrottleFilter, above node: String?, _ number: UInt32, _ parts: inout [QEMUPart]
    ) -> String? {
        guard let node else { return nil }
        let name = "libvirt-\(number)-filter"
        parts.append(
            .blockdev([
                "driver": "throttle", "node-name": .string(name),
                "throttle-group": .string(DomainDefinition.throttleGroup(filter.group)),
                "file": .string(node),
            ]))
        return name
    }

    private func copyOnRead(_ disk: DiskDevice, above node: String, _ parts: inout [QEMUPart]) -> String {
        let name = "libvirt-CoR-\(disk.target.dev)"
        parts.append(
            .blockdev([
                "driver": "copy-on-read", "node-name": .string(name), "file": .string(node),
                "discard": "unmap",
            ]))
        return name
    }

    private func vhostUser(_ disk: DiskDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: disk.info)
        var chardev = OptionText("socket")
        chardev.add("id", "chr-vu-\(alias)")
        chardev.add("path", disk.source.path)
        if let reconnect = disk.source.reconnect, reconnect.enabled == true {
            addReconnect(reconnect, to: &chardev)
        }
        var device: JSONObject = ["driver": .string(try virtioDriver("vhost-user-blk", disk.info))]
        addVirtio(disk.driver.virtio, to: &device)
        try addAddress(of: disk.info, to: &device)
        device.add("event_idx", disk.driver.eventIndex)
        device.add("num-queues", disk.driver.queues)
        device.add("queue-size", disk.driver.queueSize)
        device.add("chardev", "chr-vu-\(alias)")
        device.add("id", alias)
        addBoot(of: disk.info, to: &device)
        return [.chardev(chardev), .device(device)]
    }
}
