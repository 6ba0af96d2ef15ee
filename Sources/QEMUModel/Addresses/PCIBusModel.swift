/// The kinds of controller that offer PCI slots, by libvirt's names.
enum PCIBusModel: String, CaseIterable {
    case pciRoot = "pci-root"
    case pciBridge = "pci-bridge"
    case expanderBus = "pci-expander-bus"
    case pcieRoot = "pcie-root"
    case dmiBridge = "dmi-to-pci-bridge"
    case pcieBridge = "pcie-to-pci-bridge"
    case rootPort = "pcie-root-port"
    case upstreamPort = "pcie-switch-upstream-port"
    case downstreamPort = "pcie-switch-downstream-port"
    case pcieExpanderBus = "pcie-expander-bus"

    /// What may be plugged into its slots.
    var accepts: PCIConnection {
        switch self {
        case .pciRoot: [.pci, .pciBridge, .expanderBus, .hotplug]
        case .pciBridge: [.pci, .pciBridge, .hotplug]
        case .expanderBus: [.pci, .pciBridge, .hotplug]
        case .pcieRoot: [.pcie, .rootPort, .dmiBridge, .pcieExpanderBus]
        case .dmiBridge: [.pci, .pciBridge]
        case .pcieBridge: [.pci, .pciBridge, .hotplug]
        case .rootPort, .downstreamPort: [.pcie, .upstreamPort, .pcieBridge, .hotplug]
        case .upstreamPort: [.downstreamPort]
        case .pcieExpanderBus: [.rootPort, .dmiBridge]
        }
    }

    /// The slots that it has.
    var slots: ClosedRange<Int> {
        switch self {
        case .pciRoot, .pciBridge, .pcieRoot, .pcieBridge: 1...31
        case .expanderBus, .dmiBridge, .upstreamPort: 0...31
        case .rootPort, .downstreamPort, .pcieExpanderBus: 0...0
        }
    }

    /// What it is itself when it is plugged in; nothing for the roots.
    var connection: PCIConnection {
        switch self {
        case .pciRoot, .pcieRoot: []
        case .pciBridge: .pciBridge
        case .expanderBus: .expanderBus
        case .dmiBridge: .dmiBridge
        case .pcieBridge: .pcieBridge
        case .rootPort: .rootPort
        case .upstreamPort: .upstreamPort
        case .downstreamPort: .downstreamPort
        case .pcieExpanderBus: .pcieExpanderBus
        }
    }

    /// Whether several of them share a slot as its functions, to save slots.
    var aggregates: Bool { self == .rootPort }
}
