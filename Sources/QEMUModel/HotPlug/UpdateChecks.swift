import Virt
import VirtXML

extension DomainDevice {
    /// Refuses to change a device of a kind of which nothing can be changed while the guest runs.
    package func checkLiveUpdate() throws(VirtError) {
        switch self {
        case .disk, .interface, .graphics, .memory: return
        case .serial, .parallel, .console, .channel:
            throw VirtError(.configUnsupported, "live update of device 'chr' is not supported", from: .qemu)
        default:
            throw VirtError(
                .configUnsupported, "live update of device '\(kind)' is not supported", from: .qemu)
        }
    }
}

extension InterfaceDevice {
    /// Refuses to change what a running guest's card can't change.
    package func checkChange(to new: InterfaceDevice) throws(VirtError) {
        if let mac = new.mac?.address, let old = self.mac?.address, mac != old {
            throw .cannotPlug("cannot change network interface mac address from \(old) to \(mac)")
        }
        if new.model != model {
            let (old, wanted) = (model ?? "(null)", new.model ?? "(null)")
            throw .cannotPlug("cannot modify network device model from \(old) to \(wanted)")
        }
        if new.type == type { try checkDriver(new) }
        try checkSettings(new)
        if new.info.acpiIndex != nil, new.info.acpiIndex != info.acpiIndex {
            throw VirtError(.operationDenied, "changing device 'acpi index' is not allowed", from: .qemu)
        }
        guard isTap && new.isTap || type == new.type, sndbuf == new.sndbuf,
            source == new.source || type == .user || type == .ethernet || isTap
        else { throw .cannotPlug("unable to change config on '\(new.type.rawValue)' network type") }
        if backend != new.backend { throw .cannotPlug("cannot modify network device backend settings") }
        if mtu != new.mtu { throw .cannotPlug("cannot modify MTU") }
        if let network = source.network, network == new.source.network,
            source.portgroup != new.source.portgroup
        {
            throw .cannotPlug("cannot modify network device portgroup attribute")
        }
        if bandwidth != new.bandwidth, new.target?.dev == nil, target?.dev == nil {
            throw .cannotPlug("Unable to set bandwidth for interface because device name is unknown")
        }
        // Of a tap each can be changed, or is refused by whoever makes its end.
        if isTap { return }
        for (name, isSame) in [
            ("bandwidth", bandwidth == new.bandwidth), ("vlan", vlan == new.vlan),
            ("coalesce", coalesceRxFrames == new.coalesceRxFrames),
            ("port isolated", isolated == new.isolated),
            ("virtualport", virtualPort == new.virtualPort), ("filter", filter == new.filter),
        ] where !isSame {
            throw .cannotPlug("cannot modify network device \(name) of a running guest")
        }
    }

    /// Whether packets pass a tap in a bridge, which may be put into another one.
    package var isTap: Bool { type == .network || type == .bridge }

    /// Refuses another name for the host's end of a card.
    package func checkName(of new: InterfaceDevice) throws(VirtError) {
        if let name = new.target?.dev, name != target?.dev {
            throw .cannotPlug("cannot modify network device tap name")
        }
    }

    private func checkDriver(_ new: InterfaceDevice) throws(VirtError) {
        let (old, wanted) = (driver ?? .init(), new.driver ?? .init())
        if old.virtio != wanted.virtio {
            throw .cannotPlug("cannot modify virtio network device driver options")
        }
        if old != wanted { throw .cannotPlug("cannot modify virtio network device driver attributes") }
    }

    private func checkSettings(_ new: InterfaceDevice) throws(VirtError) {
        if script != new.script || downscript != new.downscript {
            throw .cannotPlug("cannot modify network device script attribute")
        }
        try checkName(of: new)
        if info.rom?.bar != new.info.rom?.bar {
            throw .cannotPlug("cannot modify network device rom bar setting")
        }
        if info.rom?.file != new.info.rom?.file { throw .cannotPlug("cannot modify network rom file") }
    }
}

extension DiskDevice {
    /// Refuses to change what a running guest's drive can't change. What the new one leaves open stays.
    package func checkChange(to new: DiskDevice) throws(VirtError) {
        func differ<T: Equatable>(_ old: T?, _ new: T?) -> Bool { new != nil && old != new }
        for (field, differs) in [
            ("device", device != new.device), ("bus", differ(target.bus, new.target.bus)),
            ("cache", differ(driver.cache, new.driver.cache)),
            ("serial", differ(serial, new.serial)), ("wwn", differ(wwn, new.wwn)),
            ("vendor", differ(vendor, new.vendor)), ("product", differ(product, new.product)),
        ] where differs {
            throw .cannotPlug("cannot modify field '\(field)' of the disk")
        }
    }
}

extension MemoryDevice {
    /// Refuses to ask the guest to take what it can't take.
    package func checkRequest(_ size: ByteSize) throws(VirtError) {
        if let whole = target.size, size > whole {
            throw VirtError(
                .xmlDetail,
                "requested size must be smaller than or equal to @size (\(whole.bytes >> 10)KiB)", from: .qemu
            )
        }
        if let block = target.blockSize, block.bytes > 0, size.bytes % block.bytes != 0 {
            throw VirtError(
                .xmlDetail, "requested size must be an integer multiple of block size", from: .qemu)
        }
    }
}

extension HostdevDevice.Source {
    /// That no such device has been given to the guest.
    package var missing: String {
        switch self {
        case .pci(let pci): "host pci device \(pci.address) not found"
        case .mdev(let uuid?): "mediated device '\(uuid)' not found"
        default: "matching hostdev device not found"
        }
    }
}
