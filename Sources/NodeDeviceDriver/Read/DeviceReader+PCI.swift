import ByteText
import DriverKit
import LinuxSystem
import VirtXML

extension DeviceReader {
    func pci(_ device: SystemDevice) -> Found? {
        guard let address = PCIAddress(kernelName: device.name), let vendor = device.number("vendor"),
            let product = device.number("device")
        else { return nil }
        var pci = PCICapability()
        pci.deviceClass = device.property("PCI_CLASS").flatMap { UInt32($0, radix: 16) }
        (pci.domain, pci.bus, pci.slot, pci.function) = (
            address.domain, address.bus, address.slot, address.function
        )
        (pci.vendor.id, pci.product.id) = (UInt32(clamping: vendor), UInt32(clamping: product))
        (pci.vendor.name, pci.product.name) = names.names(pci.vendor.id, pci.product.id)
        describe(&pci, PCIConfiguration(device))
        pci.vpd = device.tree.bytes("\(device.path)/vpd", limit: 32768).flatMap { VPD(card: $0) }
        pci.numaNode = device.number("numa_node").flatMap { $0 < 0 ? nil : Int32(exactly: $0) }
        refresh(&pci, device)
        return (Self.name("pci", device.name), .pci(pci))
    }

    /// Reads what changes while the device is there. Its registers and its maker's data don't, and take long to read.
    func refresh(_ pci: inout PCICapability, _ device: SystemDevice) {
        describeFunctions(&pci, device)
        pci.mdevTypes = mdevTypes(device)
        pci.iommuGroup = iommuGroup(device)
    }

    private func describe(_ pci: inout PCICapability, _ configuration: PCIConfiguration) {
        pci.isBridge = configuration.headerType == 1
        pci.isCardbusBridge = configuration.headerType == 2
        pci.links = configuration.links
        pci.isExpress = configuration.isExpress
    }

    /// Which cards of its kind a card is divided into, or which it is a part of.
    private func describeFunctions(_ pci: inout PCICapability, _ device: SystemDevice) {
        let whole = device.target("physfn").flatMap { PCIAddress(kernelName: $0) }
        pci.physicalFunction = whole.map { .init([$0]) }
        pci.virtualFunctions = nil
        guard let most = device.number("sriov_totalvfs"), most > 0 else { return }
        var parts: [PCIAddress] = []
        while parts.count < most,
            let part = device.target("virtfn\(parts.count)").flatMap({ PCIAddress(kernelName: $0) })
        {
            parts.append(part)
        }
        pci.virtualFunctions = .init(parts, maxCount: UInt32(clamping: most))
    }

    private func iommuGroup(_ device: SystemDevice) -> PCICapability.IOMMUGroup? {
        guard let number = device.target("iommu_group").flatMap({ UInt32($0) }) else { return nil }
        var group = PCICapability.IOMMUGroup()
        group.number = number
        group.addresses = device.names(in: "iommu_group/devices").compactMap { PCIAddress(kernelName: $0) }
        return group
    }
}

extension PCICapability.FunctionList {
    init(_ addresses: [PCIAddress], maxCount: UInt32? = nil) {
        self.init()
        (self.addresses, self.maxCount) = (addresses, maxCount)
    }
}
