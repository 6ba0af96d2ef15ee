import VirtXML

extension DomainDefinition {
    /// Gives virtio devices of s390 machines places in the channel subsystem.
    mutating func assignCCW() throws(ConfigurationError) {
        var used: Set<CCWAddress> = []
        for case .ccw(let address)? in devices.infos.map(\.address) where address.devno != nil {
            if used.insert(address).inserted { continue }
            throw .xml("The CCW devno '\(address.qemuText)' is in use already")
        }
        var next: UInt32 = 0
        forEachVirtio { info in if info.address == nil { info.address = .ccw(CCWAddress()) } }
        for index in devices.hostdevs.indices where devices.hostdevs[index].model == "vfio-ccw" {
            if devices.hostdevs[index].info.address == nil {
                devices.hostdevs[index].info.address = .ccw(CCWAddress())
            }
        }
        devices.forEachInfo { info in
            guard case .ccw(let address)? = info.address, address.devno == nil else { return }
            info.address = .ccw(Self.free(&next, &used))
        }
    }

    private static func free(_ next: inout UInt32, _ used: inout Set<CCWAddress>) -> CCWAddress {
        var address = CCWAddress(cssid: 0xfe, ssid: 0, devno: next)
        while used.contains(address), next < 0xffff {
            next += 1
            address = CCWAddress(cssid: 0xfe, ssid: 0, devno: next)
        }
        used.insert(address)
        return address
    }
}
