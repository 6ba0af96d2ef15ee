import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// Virtual adapters: parts of a Fibre Channel adapter that have names of their own in its network.
extension NodeDeviceDriver {
    func create(_ host: SCSIHostCapability, _ document: NodeDeviceDefinition) async throws(VirtError)
        -> NodeDeviceReference
    {
        guard let port = host.fibreChannel else {
            throw VirtError(.internalError, "Device is not a fibre channel HBA", from: .nodedev)
        }
        let parent = try adapter(of: document)
        try await order("vport_create", port, at: parent)
        let limit = MonotonicTime.now.advanced(by: .seconds(10))
        repeat {
            try await registry.change { () throws(VirtError) in self.readAll(telling: true) }
            if let made = registry.all.first(where: {
                $0.fibreChannel?.has(wwnn: port.wwnn, wwpn: port.wwpn) == true
            }) {
                return made.reference
            }
            try? await Task.sleep(for: .milliseconds(50))
        } while MonotonicTime.now < limit
        throw VirtError(.operationFailed, "'\(parent.title)' made no adapter '\(port.wwpn)'", from: .nodedev)
    }

    /// Removes a virtual adapter.
    func destroy(_ device: NodeDevice, _ host: SCSIHostCapability) async throws(VirtError) {
        guard let port = host.fibreChannel else {
            throw VirtError(.internalError, "Device is not a fibre channel HBA", from: .nodedev)
        }
        guard let above = device.parent.flatMap({ registry[ByteName($0)] }), above.fibreChannel != nil else {
            throw VirtError(.operationInvalid, "'\(device.title)' is no virtual adapter", from: .nodedev)
        }
        try await order("vport_delete", port, at: above)
    }

    /// The adapter that a document names, by whichever of its names; else the first that can be divided.
    private func adapter(of document: NodeDeviceDefinition) throws(VirtError) -> NodeDevice {
        let adapters = registry.all.filter { $0.capabilityNames.contains("vports") }.sorted {
            ByteName($0.title) < ByteName($1.title)
        }
        let found = adapters.first { device in
            let port = device.fibreChannel
            if let name = document.parent, !name.isEmpty { return device.title.hasSameBytes(as: name) }
            if let node = document.parentWWNN, let name = document.parentWWPN {
                return port?.has(wwnn: node, wwpn: name) == true
            }
            if let fabric = document.parentFabricWWN {
                return port?.fabricWWN?.hasSameBytes(as: fabric) == true
            }
            return true
        }
        if let found { return found }
        throw VirtError(.internalError, "Could not find parent device for 'new device'", from: .nodedev)
    }

    private func order(
        _ file: String, _ port: SCSIHostCapability.FibreChannel, at adapter: NodeDevice
    ) async throws(VirtError) {
        let path = adapter.path ?? ""
        let place = "\(reader.tree.root)\(path)/fc_host/\(FileSystem.lastPart(of: path))/\(file)"
        let text = "\(port.wwpn):\(port.wwnn)"
        try await Blocking.run { () throws(VirtError) in
            try VirtError.reporting("Write of '\(text)' to '\(place)' failed", from: .nodedev) {
                () throws(SystemError) in
                try FileSystem.open(place, [.writeOnly, .truncate]).writeAll(text.utf8)
            }
        }
    }
}

extension NodeDevice {
    /// Its names in a Fibre Channel network.
    var fibreChannel: SCSIHostCapability.FibreChannel? {
        if case .scsiHost(let host)? = live?.capabilities.first { return host.fibreChannel }
        return nil
    }
}

extension SCSIHostCapability.FibreChannel {
    func has(wwnn node: String, wwpn port: String) -> Bool {
        wwnn.hasSameBytes(as: node) && wwpn.hasSameBytes(as: port)
    }
}
