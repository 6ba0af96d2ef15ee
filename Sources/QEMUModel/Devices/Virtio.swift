import JSON
import VirtXML

extension QEMUGuest {
    /// The name of a virtio device of QEMU's by the bus that it is on, and by the generation that it speaks:
    /// `virtio-blk-pci`, `virtio-blk-ccw`, `virtio-blk-pci-transitional`.
    func virtioDriver(
        _ base: String, _ info: DeviceInfo, model: VirtioModel? = nil
    ) throws(ConfigurationError) -> String {
        let bus = try virtioBus(base, info)
        switch model {
        case .transitional: return "\(base)-\(bus)-transitional"
        case .nonTransitional: return "\(base)-\(bus)-non-transitional"
        case .virtio, nil: return "\(base)-\(bus)"
        }
    }

    private func virtioBus(_ base: String, _ info: DeviceInfo) throws(ConfigurationError) -> String {
        switch info.address?.kind {
        case .pci: return "pci"
        case .ccw: return "ccw"
        case .virtioMMIO: return "device"
        case .virtioS390: return "s390"
        case nil: throw .internal("Unexpected enum value 0 for virDomainDeviceAddressType")
        default:
            throw .internal("Unexpected address type for '\(base)'")
        }
    }

    /// Adds what the driver of a virtio device may be told.
    func addVirtio(_ options: VirtioOptions, to device: inout JSONObject) {
        device.add("iommu_platform", options.iommu)
        device.add("ats", options.ats)
        device.add("packed", options.packed)
        device.add("page-per-vq", options.pagePerVQ)
    }
}
