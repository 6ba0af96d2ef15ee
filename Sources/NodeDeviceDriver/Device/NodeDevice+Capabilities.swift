import VirtXML

extension NodeDevice {
    var listFlags: UInt32 {
        let state: UInt32 = isActive ? 1 << 31 : 1 << 30
        let life: UInt32 = isPersistent ? 1 << 28 : 1 << 29
        return capabilityNames.reduce(state | life) { $0 | (Self.flags[$1] ?? 0) }
    }

    /// What it is: first of all, and what else.
    var capabilityNames: [String] {
        definition.capabilities.flatMap { [$0.kind.rawValue] + Self.further($0) }
    }

    private static func further(_ capability: NodeDeviceCapability) -> [String] {
        switch capability {
        case .scsiHost(let host):
            (host.fibreChannel == nil ? [] : ["fc_host"]) + (host.vports == nil ? [] : ["vports"])
        case .pci(let pci):
            (pci.mdevTypes == nil ? [] : ["mdev_types"]) + (pci.vpd == nil ? [] : ["vpd"])
        case .css(let css): css.mdevTypes == nil ? [] : ["mdev_types"]
        case .apMatrix(let types): types == nil ? [] : ["mdev_types"]
        case .ccw(let ccw): ccw.group == nil ? [] : ["ccwgroup_member"]
        default: []
        }
    }

    /// The flags of lists, by the names of capabilities.
    private static let flags: [String: UInt32] = {
        let names = [
            "system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage",
            "fc_host", "vports", "scsi_generic", "drm", "mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card",
            "ap_queue", "ap_matrix", "vpd", "ccwgroup", "ccwgroup_member",
        ]
        return Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, 1 << UInt32($0)) })
    }()
}
