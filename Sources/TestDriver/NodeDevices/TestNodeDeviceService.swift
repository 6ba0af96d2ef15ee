import ByteText
import DriverKit
import Synchronization
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// The devices of the test host.
final class TestNodeDeviceService: NodeDeviceService {
    private let devices: Mutex<[TestNodeDeviceState]>
    private let events: EventHub

    init(_ devices: [TestNodeDeviceState], events: EventHub) {
        self.devices = Mutex(devices)
        self.events = events
    }

    private var all: [TestNodeDeviceState] { devices.withLock { $0 } }

    /// The device with this name; throws `noNodeDevice`.
    func device(_ name: String) throws(VirtError) -> TestNodeDeviceState {
        if let device = all.first(where: { $0.name.hasSameBytes(as: name) }) { return device }
        throw VirtError(.noNodeDevice, "no node device with matching name '\(name)'", from: .test)
    }

    func remove(_ name: String) throws(VirtError) {
        _ = try device(name)
        devices.withLock { devices in
            devices.removeAll { $0.name.hasSameBytes(as: name) }
            tell(.deleted, name)
        }
    }

    /// Makes a virtual Fibre Channel adapter, the only kind of device that can be made here.
    func nodeDeviceCreateXML(
        xml: String, flags: NodeDeviceCreateXMLFlags
    ) async throws(VirtError) -> NodeDeviceReference {
        try flags.require(.validate, in: "testNodeDeviceCreateXML", from: .test)
        try await DocumentSchema.nodeDevice.check(xml, if: flags.contains(.validate))
        let definition = try NodeDeviceDefinition(document: xml, from: .nodedev)
        let made = try TestNodeDeviceState.adapter(definition, among: all)
        devices.withLock { devices in
            devices.removeAll { $0.name.hasSameBytes(as: made.name) }
            devices.append(made)
            tell(.created, made.name)
        }
        return NodeDeviceReference(name: made.name)
    }

    /// Something happened to a device.
    private func tell(_ event: NodeDeviceEventLifecycleType, _ name: String) {
        let device = NodeDeviceReference(name: name)
        events.publish(
            .nodeDeviceLifecycle(
                NodeDeviceLifecycleEvent(device: device, event: event.rawValue, detail: 0)))
    }

    func nodeDevice(_ reference: NodeDeviceReference) -> any NodeDeviceOperations {
        TestNodeDevice(name: reference.name, service: self)
    }

    func nodeDeviceLookupByName(name: String) throws(VirtError) -> NodeDeviceReference {
        NodeDeviceReference(name: try device(name).name)
    }

    func nodeListDevices(cap: String?, flags: UInt32) throws(VirtError) -> [String] {
        try flags.require(in: "testNodeListDevices", from: .test)
        return all.filter { device in cap.map { device.has($0) } ?? true }.map(\.name)
    }

    func nodeNumOfDevices(cap: String?, flags: UInt32) throws(VirtError) -> Int32 {
        Int32(clamping: try nodeListDevices(cap: cap, flags: flags).count)
    }

    /// All devices of the host are active.
    func listAllNodeDevices(flags: ConnectListAllNodeDeviceFlags) throws(VirtError) -> [NodeDeviceReference] {
        try flags.require(
            .init(rawValue: Self.capabilityFlags | Self.stateFlags), in: "testConnectListAllNodeDevices",
            from: .test)
        let states = flags.rawValue & (Self.active | Self.inactive)
        if states == Self.inactive { return [] }
        // They are all there for good.
        let terms = flags.intersection([.persistent, .transient])
        if terms == .transient { return [] }
        return all.filter { Self.choose($0, flags) }.map { NodeDeviceReference(name: $0.name) }
    }

    private static func choose(_ device: TestNodeDeviceState, _ flags: ConnectListAllNodeDeviceFlags) -> Bool
    {
        if flags.rawValue & capabilityFlags == 0 { return true }
        return names.contains { flags.contains($0.flag) && device.has($0.name) }
    }

    /// The capabilities that devices of this host have, as a list's flags.
    private static let names: [(flag: ConnectListAllNodeDeviceFlags, name: String)] = [
        (.capSystem, "system"), (.capSCSIHost, "scsi_host"), (.capFcHost, "fc_host"), (.capVports, "vports"),
    ]
    private static let capabilityFlags: UInt32 = (1 << 21) - 1
    private static let inactive: UInt32 = 1 << 30
    private static let active: UInt32 = 1 << 31
    private static let stateFlags: UInt32 = 0xF << 28
}

/// The calls on one device of the test host.
struct TestNodeDevice: NodeDeviceOperations {
    let name: String
    let service: TestNodeDeviceService

    func xmlDesc(flags: NodeDeviceXMLFlags) throws(VirtError) -> String {
        try flags.require(in: "testNodeDeviceGetXMLDesc", from: .test)
        return try service.device(name).xml
    }
    func parent() throws(VirtError) -> String? { try service.device(name).parent }
    func numOfCaps() throws(VirtError) -> Int32 { Int32(clamping: try listCaps().count) }
    func listCaps() throws(VirtError) -> [String] { [try service.device(name).capability] }
    func isActive() throws(VirtError) -> Bool { try service.device(name).name == name }
    func destroy() throws(VirtError) { try service.remove(name) }
}
