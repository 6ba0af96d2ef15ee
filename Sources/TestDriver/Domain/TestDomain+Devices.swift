import ByteText
import DriverKit
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// Devices that come and go: disks alone, as with libvirt's test driver.
extension TestDomain {
    func attachDevice(xml: String) async throws(VirtError) {
        try await attachDeviceFlags(xml: xml, flags: .live)
    }

    func attachDeviceFlags(xml: String, flags: DomainDeviceModifyFlags) async throws(VirtError) {
        try Self.driver.require(flags, .live, in: "DomainAttachDeviceLiveAndConfig")
        try existingActive()
        let device = try Self.device(xml)
        guard case .disk(let disk) = device else {
            if case .interface(let card) = device {
                let message = "hotplug of interface type of \(card.type.rawValue) is not implemented yet"
                throw Self.driver.error(.operationUnsupported, message)
            }
            let message = "live attach of device '\(Self.kind(device))' is not supported"
            throw Self.driver.error(.operationUnsupported, message)
        }
        try await changeBoth("disk", .live) { (definition, _) throws(VirtError) in
            if let other = definition.devices.disk(named: disk.target.dev) {
                let sources = [other, disk].map { "'\($0.source.path ?? "(null)")'" }
                throw VirtError(
                    .xmlError,
                    "target '\(disk.target.dev)' duplicated for disk sources \(sources.joined(separator: " and "))",
                    from: .domain)
            }
            definition.devices.insert(device)
        }
    }

    func updateDeviceFlags(xml: String, flags: DomainDeviceModifyFlags) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainUpdateDeviceFlags")
        let device = try Self.device(xml)
        guard case .disk(let disk) = device else {
            let message = "persistent update of device '\(Self.kind(device))' is not supported"
            throw Self.driver.error(.operationUnsupported, message)
        }
        try await changeBoth("disk", DomainModificationImpact(flags)) { (definition, _) throws(VirtError) in
            guard let old = definition.devices.disk(named: disk.target.dev) else {
                throw Self.driver.error(.invalidArg, "target \(disk.target.dev) doesn't exist.")
            }
            definition.devices.replace(.disk(old), with: device)
        }
    }

    func detachDeviceAlias(alias: String, flags: DomainDeviceModifyFlags) async throws(VirtError) {
        try Self.driver.require(flags, .live, in: "DomainDetachDeviceAliasLiveAndConfig")
        let now = try existingActive()
        guard now.definition.devices.all.contains(where: { $0.alias?.hasSameBytes(as: alias) ?? false })
        else {
            throw VirtError(.internalError, "no device found with alias \(alias)", from: .domain)
        }
        try await changeBoth("device", .live) { (definition, _) throws(VirtError) in
            for device in definition.devices.all where device.alias?.hasSameBytes(as: alias) ?? false {
                definition.devices.remove(device)
            }
        }
    }

    private static func device(_ xml: String) throws(VirtError) -> DomainDevice {
        do throws(XMLError) { return try DomainDevice(xml: xml) } catch {
            throw VirtError(document: error)
        }
    }

    /// What libvirt calls a kind of device where it can't change it.
    private static func kind(_ device: DomainDevice) -> String {
        ["serial", "parallel", "console", "channel"].contains(device.kind) ? "chr" : device.kind
    }
}

extension DomainDevices {
    fileprivate func disk(named target: String) -> DiskDevice? {
        disks.first { $0.target.dev.hasSameBytes(as: target) }
    }
}
