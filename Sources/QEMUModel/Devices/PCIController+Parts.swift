import JSON
import VirtXML

extension QEMUGuest {
    /// What makes a PCI controller; nil for the root of the machine.
    package func pci(_ controller: ControllerDevice) throws(ConfigurationError) -> JSONObject? {
        let target = controller.pciTarget ?? .init()
        switch controller.model {
        case "pcie-root": return nil
        case "pci-root": return try hostBridge(controller, target)
        case "pci-bridge": return try bridge(controller, target)
        case "pci-expander-bus", "pcie-expander-bus": return try expander(controller, target)
        case "pcie-root-port", "pcie-switch-downstream-port": return try port(controller, target)
        default: return try plain(controller)
        }
    }

    private func start(_ controller: ControllerDevice) throws(ConfigurationError) -> JSONObject {
        guard let driver = controller.pciModelName else {
            throw .internal("PCI controller '\(controller.index ?? 0)' has no model name")
        }
        guard qemu.has(driver) else {
            throw .unsupported(
                "'\(driver)' is not a valid model name for PCI controller model '\(controller.model ?? "")' of this QEMU binary"
            )
        }
        return ["driver": .string(driver)]
    }

    private func finish(
        _ device: JSONObject, _ controller: ControllerDevice
    ) throws(ConfigurationError) -> JSONObject {
        var device = device
        device.add("id", try alias(of: controller.info))
        try addAddress(of: controller.info, to: &device)
        return device
    }

    private func plain(_ controller: ControllerDevice) throws(ConfigurationError) -> JSONObject {
        try finish(start(controller), controller)
    }

    private func hostBridge(
        _ controller: ControllerDevice, _ target: ControllerDevice.PCITarget
    ) throws(ConfigurationError) -> JSONObject? {
        guard controller.pciModelName == "spapr-pci-host-bridge", let index = target.index, index > 0 else {
            return nil
        }
        var device = try start(controller)
        device.add("index", index)
        device.add("id", try alias(of: controller.info))
        device.add("numa_node", target.node)
        return device
    }

    private func bridge(
        _ controller: ControllerDevice, _ target: ControllerDevice.PCITarget
    ) throws(ConfigurationError) -> JSONObject {
        var device = try start(controller)
        device.add("chassis_nr", target.chassisNr)
        device.add("mem-reserve", try reserve(target))
        return try finish(device, controller)
    }

    private func expander(
        _ controller: ControllerDevice, _ target: ControllerDevice.PCITarget
    ) throws(ConfigurationError) -> JSONObject {
        var device = try start(controller)
        device.add("bus_nr", target.busNr)
        device.add("id", try alias(of: controller.info))
        device.add("numa_node", target.node)
        try addAddress(of: controller.info, to: &device)
        return device
    }

    private func port(
        _ controller: ControllerDevice, _ target: ControllerDevice.PCITarget
    ) throws(ConfigurationError) -> JSONObject {
        var device = try start(controller)
        device.add("port", target.port)
        device.add("chassis", target.chassis)
        device.add("id", try alias(of: controller.info))
        device.add("hotplug", target.hotplug)
        device.add("mem-reserve", try reserve(target))
        try addAddress(of: controller.info, to: &device)
        return device
    }

    /// Documents count in KiB.
    private func reserve(_ target: ControllerDevice.PCITarget) throws(ConfigurationError) -> UInt64? {
        guard let reserve = target.memReserve else { return nil }
        let (bytes, overflow) = reserve.multipliedReportingOverflow(by: 1024)
        guard !overflow else { throw .unsupported("memReserve of \(reserve) KiB is too large") }
        return bytes
    }
}
