import ByteText
import LinuxSystem
import Virt
import VirtXML

/// What a document may say and no network of its mode can do; libvirt's words.
extension NetworkDefinition {
    /// - Parameter tree: where the host's devices are.
    func checkSupport(_ tree: DeviceTree) throws(VirtError) {
        let mode = forward?.mode ?? .none
        if !mode.hasOwnBridge { try checkElements(mode) }
        try checkPool(mode, tree)
        try checkBurst()
        try checkServed()
        try checkGroups(mode)
        if !allowsTags(mode, virtualPort), vlan != nil { throw noTags }
        for group in portgroups where group.vlan != nil {
            let isAllowed =
                group.virtualPort.map { mode == .bridge && $0.type == .openvswitch }
                ?? allowsTags(mode, virtualPort)
            if !isAllowed { throw noTags }
        }
    }

    private func refuse(_ words: String) -> VirtError {
        VirtError(.configUnsupported, words, from: .network)
    }

    /// Whoever leaves the bridge to others has no address there and serves nobody.
    private func checkElements(_ mode: NetworkForward.Mode) throws(VirtError) {
        let hasRecords = dns.map { !$0.texts.isEmpty || !$0.hosts.isEmpty || !$0.services.isEmpty } ?? false
        let said = [
            ("<mac>", mac != nil), ("<ip>", !ips.isEmpty), ("<dns>", hasRecords), ("<domain>", domain != nil),
            ("network-wide <bandwidth>", bandwidth != nil && !hasBridge(mode)),
        ]
        for (what, isSaid) in said where isSaid {
            throw refuse(
                "Unsupported \(what) element in network \(name) with forward mode='\(mode.rawValue)'")
        }
    }

    /// Whether there is a bridge whose traffic can be limited.
    private func hasBridge(_ mode: NetworkForward.Mode) -> Bool {
        mode.hasOwnBridge || mode == .bridge && bridge?.name != nil
    }

    private func checkPool(_ mode: NetworkForward.Mode, _ tree: DeviceTree) throws(VirtError) {
        guard let forward else { return }
        guard mode == .hostdev else {
            if forward.addresses.isEmpty { return }
            throw refuse(
                "network '\(name)' has forward mode '\(mode.rawValue)' but lists a device by PCI address in the "
                    + "device pool. This is only supported for networks with forward mode 'hostdev'")
        }
        if let first = forward.interfaces.first {
            throw refuse(
                "hostdev network '\(name)' lists '\(first.dev)' in the device pool, but hostdev networks require "
                    + "all devices to be listed by PCI address, not network device name")
        }
        for address in forward.addresses {
            guard let place = address.address.pci else { continue }
            let path = "/sys/bus/pci/devices/\(place)"
            if tree.exists("\(path)/physfn") { continue }
            throw refuse("device '\(path)' in network '\(name)' is not an SR-IOV Virtual Function")
        }
    }

    private func checkBurst() throws(VirtError) {
        let most: UInt64 = 4_194_303
        let bursts = [bandwidth?.inbound?.burst, bandwidth?.outbound?.burst]
        for burst in bursts.compactMap({ $0 }) where burst > most {
            throw VirtError(
                .overflow, "value '\(burst)' is too big for 'burst' parameter, maximum is '\(most)'",
                from: .none)
        }
    }

    private func checkServed() throws(VirtError) {
        for (family, isIPv6) in [("IPv4", false), ("IPv6", true)]
        where ips.count(where: { $0.isIPv6 == isIPv6 && $0.dhcp != nil }) > 1 {
            throw refuse(
                "Multiple \(family) dhcp sections found -- dhcp is supported only for a single \(family) address "
                    + "on each network")
        }
    }

    private func checkGroups(_ mode: NetworkForward.Mode) throws(VirtError) {
        var usual: Portgroup?
        for (index, group) in portgroups.enumerated() {
            if portgroups.dropFirst(index + 1).contains(where: { $0.name.hasSameBytes(as: group.name) }) {
                throw refuse(
                    "multiple <portgroup> elements with the same name (\(group.name)) in network '\(name)'")
            }
            if group.isDefault, let usual {
                throw refuse(
                    "network '\(name)' has multiple default <portgroup> elements (\(usual.name) and "
                        + "\(group.name)), but only one default is allowed")
            }
            if group.isDefault { usual = group }
            if group.bandwidth != nil, !hasBridge(mode) {
                throw refuse(
                    "Unsupported <bandwidth> element in network '\(name)' in portgroup '\(group.name)' with "
                        + "forward mode='\(mode.rawValue)'")
            }
        }
    }

    /// Whether something puts tags on packets there.
    private func allowsTags(_ mode: NetworkForward.Mode, _ port: VirtualPort?) -> Bool {
        switch mode {
        case .hostdev, .passthrough: true
        case .bridge: port == nil || port?.type == .openvswitch
        case .none, .nat, .route, .open, .private, .vepa: false
        }
    }

    private var noTags: VirtError {
        refuse(
            "<vlan> element specified for network \(name), whose type doesn't support vlan configuration")
    }
}
