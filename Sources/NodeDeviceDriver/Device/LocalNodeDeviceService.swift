import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The devices of this host as its clients see them.
struct LocalNodeDeviceService: NodeDeviceService {
    let driver: NodeDeviceDriver

    func nodeDevice(_ reference: NodeDeviceReference) -> any NodeDeviceOperations {
        NodeDeviceCalls(driver: driver, name: reference.name)
    }

    func nodeDeviceLookupByName(name: String) throws(VirtError) -> NodeDeviceReference {
        try driver.device(named: name).reference
    }

    func nodeNumOfDevices(cap: String?, flags: UInt32) throws(VirtError) -> Int32 {
        try flags.require(in: "nodeNumOfDevices", from: .nodedev)
        return Int32(clamping: names(cap).count)
    }

    func nodeListDevices(cap: String?, flags: UInt32) throws(VirtError) -> [String] {
        try flags.require(in: "nodeListDevices", from: .nodedev)
        return names(cap)
    }

    private func names(_ capability: String?) -> [String] {
        driver.registry.all.filter { device in
            guard let capability else { return true }
            return device.capabilityNames.contains { $0.hasSameBytes(as: capability) }
        }.map(\.title)
    }

    func listAllNodeDevices(flags: ConnectListAllNodeDeviceFlags) throws(VirtError) -> [NodeDeviceReference] {
        try driver.registry.list(flags.rawValue, in: "nodeConnectListAllNodeDevices")
    }

    /// The SCSI controller with these names in its Fibre Channel network.
    func nodeDeviceLookupSCSIHostByWWN(
        wwnn: String, wwpn: String, flags: UInt32
    ) throws(VirtError) -> NodeDeviceReference {
        try flags.require(in: "nodeDeviceLookupSCSIHostByWWN", from: .nodedev)
        let found = driver.registry.all.first { $0.fibreChannel?.has(wwnn: wwnn, wwpn: wwpn) == true }
        if let found { return found.reference }
        throw NodeDevice.kind.none(matching: "wwnn '\(wwnn)' and wwpn '\(wwpn)'")
    }

    func nodeDeviceCreateXML(
        xml: String, flags: NodeDeviceCreateXMLFlags
    ) async throws(VirtError) -> NodeDeviceReference {
        try flags.require(.validate, in: "nodeDeviceCreateXML", from: .nodedev)
        try await DocumentSchema.nodeDevice.check(xml, if: flags.contains(.validate))
        let definition = try NodeDeviceDefinition(document: xml, from: .nodedev)
        switch definition.capabilities.first {
        case .mdev(let mdev)?: return try await driver.create(mdev, definition)
        case .scsiHost(let host)?: return try await driver.create(host, definition)
        default: throw driver.unsupported()
        }
    }

    func nodeDeviceDefineXML(
        xml: String, flags: NodeDeviceDefineXMLFlags
    ) async throws(VirtError) -> NodeDeviceReference {
        try flags.require(.validate, in: "nodeDeviceDefineXML", from: .nodedev)
        try await DocumentSchema.nodeDevice.check(xml, if: flags.contains(.validate))
        let definition = try NodeDeviceDefinition(document: xml, from: .nodedev)
        guard case .mdev(let mdev)? = definition.capabilities.first else { throw driver.unsupported() }
        return try await driver.define(mdev, definition)
    }
}

extension NodeDeviceDriver {
    func unsupported() -> VirtError {
        VirtError(.configUnsupported, "Unsupported device type", from: .nodedev)
    }
}
