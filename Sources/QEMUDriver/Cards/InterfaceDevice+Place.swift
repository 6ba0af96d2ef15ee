import LinuxSystem
import Virt
import VirtXML

extension InterfaceDevice {
    /// What the card asks its network for.
    func port(of domain: DomainDefinition, as id: UUID = .random()) -> NetworkPortDefinition {
        var port = NetworkPortDefinition()
        (port.uuid, port.ownerUUID, port.ownerName) = (id, domain.uuid, domain.name)
        (port.group, port.mac) = (source.portgroup, mac?.address)
        (port.virtualPort, port.bandwidth, port.vlan) = (virtualPort, bandwidth, vlan)
        (port.isolated, port.trustGuestRxFilters) = (isolated, trustGuestRxFilters)
        return port
    }

    /// The port that the card has, as its network knows it.
    func claimed(by domain: DomainDefinition) -> NetworkPortDefinition? {
        guard source.network != nil, let id = source.portID else { return nil }
        var port = port(of: domain, as: id)
        switch type {
        case .network: port.plug = .network(bridge: source.bridge ?? "", manager: source.macTableManager)
        case .bridge: port.plug = .bridge(bridge: source.bridge ?? "", manager: source.macTableManager)
        case .direct: port.plug = .direct(dev: source.dev ?? "", mode: source.mode ?? "vepa")
        case .hostdev:
            guard let place = source.hostdev?.address.pci else { return nil }
            port.plug = .hostdevPCI(place, managed: false, driver: hostDriver)
        default: return nil
        }
        return port
    }

    /// The filter of the card, once it has an end on the host.
    func binding(of domain: DomainDefinition) -> FilterBindingDefinition? {
        guard let filter, hasHostEnd, let port = target?.dev else { return nil }
        var binding = FilterBindingDefinition()
        (binding.ownerName, binding.ownerUUID, binding.portDev) = (domain.name, domain.uuid, port)
        (binding.mac, binding.filter) = (mac?.address, filter)
        return binding
    }

    /// Makes the card what its network makes of it.
    mutating func take(_ port: NetworkPortDefinition) throws(VirtError) {
        (source.portID, source.bridge, source.dev, source.macTableManager) = (port.uuid, nil, nil, nil)
        (virtualPort, bandwidth, vlan) = (port.virtualPort, port.bandwidth, port.vlan)
        isolated = port.isolated
        virtualPort?.fillIdentities()
        switch port.plug {
        case .network(let bridge, let manager):
            (type, source.bridge, source.macTableManager) = (.network, bridge, manager)
        case .bridge(let bridge, let manager):
            (type, source.bridge, source.macTableManager) = (.bridge, bridge, manager)
        case .direct(let dev, let mode):
            (type, source.dev, source.mode) = (.direct, dev, mode)
            trustGuestRxFilters = port.trustGuestRxFilters
        case .hostdevPCI(let place, let isManaged, let driver):
            if isManaged == true {
                throw VirtError(
                    .operationUnsupported,
                    "network '\(source.network ?? "")' hands out devices of the host that are to be taken from its "
                        + "driver (managed='yes'), which isn't supported: take them by nodedev-detach, and say "
                        + "managed='no'", from: .qemu)
            }
            var device = HostdevAddress()
            device.address = .pci(place)
            (type, source.hostdev, hostDriver, model) = (.hostdev, device, driver, nil)
        case .none: break
        }
    }

    /// Refuses what this host's kernel isn't told for a card.
    func checkHostEnd() throws(VirtError) {
        guard hasHostEnd else { return }
        func refuse(_ what: String) -> VirtError {
            VirtError(
                .operationUnsupported,
                "\(what) of interface \(info.alias ?? mac?.address.xml ?? "") isn't carried out by this driver",
                from: .qemu)
        }
        if filter != nil, type == .direct { throw refuse("the network filter") }
        if let kind = virtualPort?.type, kind != .none, !isOnOpenSwitch {
            throw refuse("virtualport '\(kind.rawValue)'")
        }
        if script != nil || downscript != nil { throw refuse("the script") }
        if source.macTableManager == .libvirt { throw refuse("macTableManager='libvirt'") }
        if type == .ethernet, target?.managed == false, target?.dev == nil {
            throw VirtError(
                .internalError, "target dev must be supplied when managed='no'", from: .qemu)
        }
    }

    /// Refuses tags where nobody puts them on packets.
    func checkVLAN() throws(VirtError) {
        if vlan == nil || type == .bridge || type == .hostdev { return }
        throw VirtError(
            .configUnsupported,
            "interface \(mac?.address.xml ?? "") - vlan tag not supported for this connection type",
            from: .none)
    }
}
