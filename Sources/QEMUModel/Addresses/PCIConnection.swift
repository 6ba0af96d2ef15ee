/// Which kinds of PCI device a slot accepts, or what kind a device is. Conventional and express devices
/// don't share slots, and each kind of bridge fits into few others.
struct PCIConnection: OptionSet, Hashable {
    let rawValue: Int

    /// A conventional endpoint.
    static let pci = PCIConnection(rawValue: 1 << 0)
    /// An express endpoint.
    static let pcie = PCIConnection(rawValue: 1 << 1)
    static let rootPort = PCIConnection(rawValue: 1 << 2)
    static let upstreamPort = PCIConnection(rawValue: 1 << 3)
    static let downstreamPort = PCIConnection(rawValue: 1 << 4)
    static let dmiBridge = PCIConnection(rawValue: 1 << 5)
    static let expanderBus = PCIConnection(rawValue: 1 << 6)
    static let pcieExpanderBus = PCIConnection(rawValue: 1 << 7)
    static let pciBridge = PCIConnection(rawValue: 1 << 8)
    static let pcieBridge = PCIConnection(rawValue: 1 << 9)
    /// The slot takes devices at run time, or the device should be one that can be taken out again.
    static let hotplug = PCIConnection(rawValue: 1 << 10)

    /// Everything but the wish for hot plug.
    var kinds: PCIConnection { subtracting(.hotplug) }

    /// What a device says that it needs, in libvirt's words.
    var requirement: String {
        switch true {
        case contains(.pcieExpanderBus): "a pcie-expander-bus"
        case contains(.expanderBus): "a pci-expander-bus"
        case contains(.dmiBridge): "a dmi-to-pci-bridge"
        case contains(.pciBridge): "a pci-bridge"
        case contains(.pcieBridge): "a pcie-to-pci-bridge"
        case contains(.rootPort): "a pcie-root-port"
        case contains(.upstreamPort): "a pcie-switch-upstream-port"
        case contains(.downstreamPort): "a pcie-switch-downstream-port"
        default: "an unknown device"
        }
    }
}
