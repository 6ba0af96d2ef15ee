import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The calls on one device.
struct NodeDeviceCalls: NodeDeviceOperations {
    let driver: NodeDeviceDriver
    let name: String

    func device() throws(VirtError) -> NodeDevice { try driver.device(named: name) }

    func xmlDesc(flags: NodeDeviceXMLFlags) async throws(VirtError) -> String {
        try flags.require(.inactive, in: "nodeDeviceGetXMLDesc", from: .nodedev)
        let device = try device()
        guard flags.contains(.inactive) else { return try await driver.current(device).text(from: .nodedev) }
        if let inactive = device.inactive { return try inactive.text(from: .nodedev) }
        throw VirtError(.operationInvalid, "node device '\(name)' is not persistent", from: .nodedev)
    }

    func parent() throws(VirtError) -> String? { try device().parent }
    func numOfCaps() throws(VirtError) -> Int32 { Int32(clamping: try listCaps().count) }
    func listCaps() throws(VirtError) -> [String] { try device().capabilityNames }
    func isActive() throws(VirtError) -> Bool { try device().isActive }
    func isPersistent() throws(VirtError) -> Bool { try device().isPersistent }
    func autostart() throws(VirtError) -> Bool { try device().isAutostarted }

    // MARK: Mediated devices, and virtual adapters

    func setAutostart(autostart: Bool) async throws(VirtError) {
        try await driver.setAutostart(try device(), autostart)
    }
    func create(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "nodeDeviceCreate", from: .nodedev)
        try await driver.start(try device())
    }
    func destroy() async throws(VirtError) { try await driver.destroy(try device()) }
    func undefine(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "nodeDeviceUndefine", from: .nodedev)
        try await driver.undefine(try device())
    }

    /// The document is always checked against the schema.
    func update(xml: String, flags: NodeDeviceUpdateFlags) async throws(VirtError) {
        try flags.require([.live, .config], in: "nodeDeviceUpdate", from: .nodedev)
        let device = try device()
        try await DocumentSchema.nodeDevice.check(xml, if: true)
        let definition = try NodeDeviceDefinition(document: xml, from: .nodedev)
        guard device.mediated != nil, case .mdev(let mdev)? = definition.capabilities.first else {
            throw driver.unsupported()
        }
        try await driver.update(device, mdev, definition, flags)
    }

    // MARK: PCI devices

    func dettach() async throws(VirtError) { try await detachFlags(driverName: nil, flags: 0) }

    func detachFlags(driverName: String?, flags: UInt32) async throws(VirtError) {
        try flags.require(in: "nodeDeviceDetachFlags", from: .nodedev)
        try await driver.pci.detach(try device(), by: driverName)
        await driver.reread(name)
    }
    func reAttach() async throws(VirtError) {
        try await driver.pci.reattach(try device())
        await driver.reread(name)
    }
    func reset() async throws(VirtError) { try await driver.pci.reset(try device()) }
}

extension NodeDeviceDriver {
    var pci: PCIAssignment { PCIAssignment(tree: reader.tree) }

    /// A device as it is at this moment: what the host changes without a word is read anew.
    func current(_ device: NodeDevice) async -> NodeDeviceDefinition {
        guard var known = device.live, let path = known.path, Self.changes(known) else {
            return device.definition
        }
        let former = known.capabilities
        guard let now = await Blocking.run({ self.reader.current(former, at: path) }) else { return known }
        (known.capabilities, known.driver) = now
        return known
    }

    private static func changes(_ device: NodeDeviceDefinition) -> Bool {
        switch device.capabilities.first {
        case .pci, .net, .scsiHost, .scsiTarget, .css, .apMatrix, .mdevTypes: true
        default: false
        }
    }

    /// What drives a device has changed.
    func reread(_ name: String) async {
        try? await registry.change { () throws(VirtError) in
            if let path = self.registry[ByteName(name)]?.path { self.read(path) }
        }
    }
}
