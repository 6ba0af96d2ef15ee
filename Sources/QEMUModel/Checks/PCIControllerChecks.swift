import VirtXML

extension DomainDefinition {
    /// What a PCI controller may be told, which differs by model.
    func checkPCI(_ controller: ControllerDevice) throws(ConfigurationError) {
        let index = controller.index ?? 0
        if index > 255 { throw .unsupported("PCI controller index \(index) too high, maximum is 255") }
        let isRoot = controller.model == "pci-root" || controller.model == "pcie-root"
        if isRoot, controller.info.address != nil {
            throw .unsupported("pci-root and pcie-root controllers should not have an address")
        }
        try checkBus(of: controller)
        let target = controller.pciTarget ?? .init()
        if isRoot, index == 0, target.node != nil {
            throw .unsupported("The PCI controller with index=0 can't be associated with a NUMA node")
        }
        try checkRanges(target, of: controller)
    }

    /// What QEMU's PCI controller may be told.
    func checkPCIOptions(_ controller: ControllerDevice) throws(ConfigurationError) {
        try checkName(of: controller)
        try checkBoard(of: controller)
        try checkOptions(controller.pciTarget ?? .init(), of: controller)
        try checkIndex(of: controller)
    }

    private func checkIndex(of controller: ControllerDevice) throws(ConfigurationError) {
        let model = controller.model ?? ""
        if model == "pcie-root", controller.index ?? 0 != 0 {
            throw .unsupported("Index for 'pcie-root' controllers must be 0")
        }
        if controller.index ?? 0 == 0, model != "pci-root", model != "pcie-root", !model.isEmpty {
            throw .unsupported("Index for '\(model)' controllers must be > 0")
        }
    }

    /// The first bus is the machine's own.
    func checkPCIRoot() throws(ConfigurationError) {
        let expected = board.hasPCIeRoot ? "pcie-root" : "pci-root"
        for controller in devices.controllers where controller.type == .pci {
            guard controller.index == 0, board.hasPCI || controller.model != nil else {
                if controller.model == nil { throw .internal("PCI controller model was not set correctly") }
                continue
            }
            guard board.hasPCI, controller.model != expected else { continue }
            throw .xml(
                "The PCI controller with index='0' must be model='\(expected)' for this machine type, but model='\(controller.model ?? "(null)")' was found instead"
            )
        }
    }

    /// Only POWER has several roots.
    func checkRootNumbers() throws(ConfigurationError) {
        guard !board.isPSeries else { return }
        for controller in devices.controllers where controller.type == .pci && controller.index ?? 0 != 0 {
            guard controller.model == "pci-root" || controller.model == "pcie-root" else { continue }
            throw .xml("pci-root and pcie-root controllers should have index 0")
        }
    }

    /// Buses beside the machine's own, which only some machines have.
    func checkExpanders() throws(ConfigurationError) {
        for controller in devices.controllers where controller.type == .pci {
            if controller.model == "pci-expander-bus", !board.isI440FX {
                throw .unsupported(
                    "pci-expander-bus controllers are only supported on 440fx-based machinetypes")
            }
            if controller.model == "pcie-expander-bus", !board.isQ35, !board.isARMVirt {
                throw .unsupported("pcie-expander-bus controllers are not supported with this machine type")
            }
        }
    }

    private func checkBus(of controller: ControllerDevice) throws(ConfigurationError) {
        guard let index = controller.index, let address = controller.info.address?.pci,
            !["pci-root", "pcie-root", "pcie-switch-upstream-port"].contains(controller.model),
            address.bus >= index
        else { return }
        throw .unsupported(
            "PCI controller at index \(index) (0x\(hex(index, 2))) has bus='0x\(hex(address.bus, 2))', but index must be larger than bus"
        )
    }

    /// Buses belong to cells that there are.
    func checkNode(of controller: ControllerDevice) throws(ConfigurationError) {
        let cells = cpu?.numa?.cells.count ?? 0
        guard let node = controller.pciTarget?.node, node >= cells else { return }
        throw .xml(
            "\(controller.model ?? "") with index \(controller.index ?? 0) is configured for a NUMA node (\(node)) not present in the domain's <cpu><numa> array (\(cells))"
        )
    }

    private func checkBoard(of controller: ControllerDevice) throws(ConfigurationError) {
        if !board.isI440FX, !board.isQ35, controller.pciHole64 != nil {
            throw .unsupported(
                "Setting the 64-bit PCI hole size is not supported for machine '\(os.machine ?? "")'")
        }
    }

    private func checkName(of controller: ControllerDevice) throws(ConfigurationError) {
        let names: [String: Set<String>] = [
            "pci-root": board.isPSeries ? ["spapr-pci-host-bridge"] : [], "pcie-root": [],
            "pci-bridge": ["pci-bridge"], "dmi-to-pci-bridge": ["i82801b11-bridge"],
            "pcie-root-port": ["pcie-root-port", "ioh3420"], "pcie-switch-upstream-port": ["x3130-upstream"],
            "pcie-switch-downstream-port": ["xio3130-downstream"], "pci-expander-bus": ["pxb"],
            "pcie-expander-bus": ["pxb-pcie"], "pcie-to-pci-bridge": ["pcie-pci-bridge"],
        ]
        if controller.pciModelName == nil, !(names[controller.model ?? ""] ?? []).isEmpty {
            throw .internal("Required option 'modelName' is not set for \(Self.described(controller))")
        }
        guard let name = controller.pciModelName, let fitting = names[controller.model ?? ""],
            !fitting.contains(name)
        else { return }
        let fault = fitting.isEmpty ? "is not valid" : "has invalid value"
        throw .unsupported("Option 'modelName' \(fault) for \(Self.described(controller))")
    }

    private static func described(_ controller: ControllerDevice) -> String {
        "PCI controller with index '\(controller.index ?? 0)', model '\(controller.model ?? "")' and modelName '\(controller.pciModelName ?? "none")'"
    }

    private func checkRanges(
        _ target: ControllerDevice.PCITarget, of controller: ControllerDevice
    ) throws(ConfigurationError) {
        func check(
            _ name: String, _ value: UInt32?, _ range: ClosedRange<UInt32>
        ) throws(ConfigurationError) {
            guard let value, !range.contains(value) else { return }
            throw .unsupported(
                "PCI controller \(name) '\(value)' out of range - must be \(range.lowerBound)-\(range.upperBound)"
            )
        }
        try check("chassisNr", target.chassisNr, 1...255)
        try check("chassis", target.chassis, 0...255)
        try check("port", target.port, 0...255)
        try check("busNr", target.busNr, 1...254)
        try check("target index", target.index, 0...30)
        if let index = target.index, (index == 0) != ((controller.index ?? 0) == 0) {
            throw .unsupported("Only the PCI controller with index 0 can have target index 0, and vice versa")
        }
    }

    private func checkOptions(
        _ target: ControllerDevice.PCITarget, of controller: ControllerDevice
    ) throws(ConfigurationError) {
        let model = controller.model ?? ""
        let isExpander = model == "pci-expander-bus" || model == "pcie-expander-bus"
        let isPort = model == "pcie-root-port" || model == "pcie-switch-downstream-port"
        let isHost = model == "pci-root" && board.isPSeries
        let options: [(String, Bool, Bool)] = [
            ("chassisNr", target.chassisNr != nil, model == "pci-bridge"),
            ("chassis", target.chassis != nil, isPort), ("port", target.port != nil, isPort),
            ("busNr", target.busNr != nil, isExpander),
            ("numaNode", target.node != nil, isExpander || isHost),
            ("targetIndex", target.index != nil, isHost),
            ("hotplug", target.hotplug != nil, isPort || isHost),
        ]
        if let (name, _, _) = options.first(where: { $0.1 && !$0.2 }) {
            throw .unsupported("Option '\(name)' is not valid for \(Self.described(controller))")
        }
    }
}
