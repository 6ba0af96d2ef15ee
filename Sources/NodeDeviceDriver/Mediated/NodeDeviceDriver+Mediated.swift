import ByteText
import DriverKit
import JSON
import LinuxSystem
import Logging
import Virt
import VirtXML

extension NodeDeviceDriver {
    func define(_ mdev: MdevCapability, _ document: NodeDeviceDefinition) async throws(VirtError)
        -> NodeDeviceReference
    {
        let parent = try parentAddress(document)
        if let uuid = mdev.uuid, let known = registry[mediatedName(uuid, parent)], let kept = known.kept {
            let order = Mdevctl.Order.modify(
                mdev, uuid, parent: parent, isAutostarted: kept.isAutostarted, defined: true, live: false)
            try await mdevctl.run(order)
            await readMediated()
            return known.reference
        }
        let said = try await mdevctl.run(.define(mdev, parent: parent))
        await readMediated()
        return try reference(try identity(mdev, said), parent)
    }

    /// Makes a device that is gone once it is stopped.
    func create(_ mdev: MdevCapability, _ document: NodeDeviceDefinition) async throws(VirtError)
        -> NodeDeviceReference
    {
        let parent = try parentAddress(document)
        let said = try await mdevctl.run(.create(mdev, parent: parent))
        let uuid = try identity(mdev, said)
        await appear(uuid)
        return try reference(uuid, parent)
    }

    func start(_ device: NodeDevice) async throws(VirtError) {
        if device.isActive { throw invalid("Device is already active") }
        guard let kept = device.kept else { throw unsupported() }
        try await mdevctl.run(.start(kept.uuid))
        await appear(kept.uuid)
    }

    func destroy(_ device: NodeDevice) async throws(VirtError) {
        if !device.isActive { throw invalid("Device '\(device.title)' is not active") }
        if case .scsiHost(let host)? = device.live?.capabilities.first {
            return try await destroy(device, host)
        }
        guard let uuid = device.mediated?.uuid else { throw unsupported() }
        try await mdevctl.run(.stop(uuid, name: device.title))
        await disappear(device)
    }

    func undefine(_ device: NodeDevice) async throws(VirtError) {
        guard device.isPersistent else { throw invalid("Node device '\(device.title)' is not defined") }
        guard let uuid = device.mediated?.uuid else { throw unsupported() }
        try await mdevctl.run(.undefine(uuid))
        await readMediated()
    }

    func setAutostart(_ device: NodeDevice, _ isOn: Bool) async throws(VirtError) {
        guard device.mediated != nil else {
            throw VirtError(.operationUnsupported, "Unsupported device type", from: .nodedev)
        }
        guard let kept = device.kept else { throw invalid("cannot set autostart for transient device") }
        if kept.isAutostarted == isOn { return }
        try await mdevctl.run(.autostart(kept.uuid, isOn))
        await readMediated()
    }

    func update(
        _ device: NodeDevice, _ mdev: MdevCapability, _ document: NodeDeviceDefinition,
        _ flags: NodeDeviceUpdateFlags
    ) async throws(VirtError) {
        var flags = flags
        if flags.isEmpty { flags = device.isActive ? .live : .config }
        if flags.contains(.config), device.kept == nil {
            throw invalid("transient node devices do not have any persistent config")
        }
        if flags.contains(.live), !device.isActive { throw invalid("node device is not active") }
        let (uuid, parent) = try sameDevice(device, mdev, document)
        let order = Mdevctl.Order.modify(
            mdev, uuid, parent: parent, isAutostarted: device.isAutostarted,
            defined: flags.contains(.config), live: flags.contains(.live))
        try await mdevctl.run(order)
        await readMediated()
        events.publish(.nodeDeviceUpdate(NodeDeviceUpdateEvent(device: device.reference)))
    }

    /// Refuses a document of another device.
    private func sameDevice(
        _ device: NodeDevice, _ mdev: MdevCapability, _ document: NodeDeviceDefinition
    ) throws(VirtError) -> (UUID, String) {
        guard let now = device.mediated, let uuid = now.uuid, let parent = now.parentAddress else {
            throw unsupported()
        }
        if let other = mdev.uuid, other != uuid {
            throw mismatch("'\(device.title), uuid mismatch (current uuid '\(uuid)')")
        }
        if try !parentAddress(document).hasSameBytes(as: parent) {
            throw mismatch("'\(device.title)', parent address mismatch (current parent address '\(parent)')")
        }
        return (uuid, parent)
    }

    private func mismatch(_ what: String) -> VirtError {
        VirtError(.configUnsupported, "Cannot update device \(what)", from: .nodedev)
    }

    private func invalid(_ message: String) -> VirtError {
        VirtError(.operationInvalid, message, from: .nodedev)
    }

    // MARK: Names

    /// The kernel's name of the device that a document says is divided.
    func parentAddress(_ document: NodeDeviceDefinition) throws(VirtError) -> String {
        guard let name = document.parent, !name.isEmpty else {
            throw VirtError(.configUnsupported, "missing parent device", from: .nodedev)
        }
        guard let parent = registry[ByteName(name)] else {
            throw VirtError(.configUnsupported, "invalid parent device '\(name)'", from: .nodedev)
        }
        if let address = Self.address(parent) { return address }
        throw VirtError(.confSyntax, "Unable to find address for parent device '\(name)'", from: .nodedev)
    }

    private static func address(_ device: NodeDevice) -> String? {
        switch device.live?.capabilities.first {
        case .pci(let pci)?: pci.address.description
        case .css(let css)?: css.address.kernelName
        case .apMatrix?: "matrix"
        case .mdevTypes?: device.path.map { FileSystem.lastPart(of: $0) }
        default: nil
        }
    }

    private func mediatedName(_ uuid: UUID, _ parent: String) -> ByteName {
        ByteName(MediatedDevice(uuid: uuid, parent: parent).name)
    }

    /// Which device it is that was made: the program says so where it has chosen.
    private func identity(_ mdev: MdevCapability, _ said: String) throws(VirtError) -> UUID {
        if let uuid = mdev.uuid ?? UUID(said.trimmingBlanks()) { return uuid }
        throw VirtError(.internalError, "mdevctl doesn't say which device it made: '\(said)'", from: .nodedev)
    }

    private func reference(_ uuid: UUID, _ parent: String) throws(VirtError) -> NodeDeviceReference {
        try device(named: mediatedName(uuid, parent).text).reference
    }

    // MARK: What there is

    /// Reads what the program keeps, and what it knows of devices that are there.
    func readMediated() async {
        guard ProgramOrders.find(mdevctl.program) != nil else { return }
        do {
            let kept = try MediatedDevice.all(in: try await mdevctl.run(.list(defined: true)))
            let active = try MediatedDevice.all(in: try await mdevctl.run(.list(defined: false)))
            try await registry.change { () throws(VirtError) in
                self.note(kept: kept)
                self.note(active: active)
            }
        } catch {
            log.error("mediated devices that are kept can't be read: \(error)")
        }
    }

    private func note(kept: [MediatedDevice]) {
        let parents = Dictionary(
            registry.all.compactMap { device in Self.address(device).map { (ByteName($0), device.title) } },
            uniquingKeysWith: { first, _ in first })
        let names = Set(kept.map { ByteName($0.name) })
        for device in registry.all where device.kept != nil && !names.contains(ByteName(device.title)) {
            var device = device
            device.kept = nil
            if device.isActive { registry.put(device) } else { registry.remove(device.uuid) }
            events.publish(device.event(.undefined))
        }
        for found in kept {
            var device = registry[ByteName(found.name)] ?? NodeDevice(found.name)
            let former = device.kept
            device.kept = found
            device.kept?.parentName = parents[ByteName(found.parent)] ?? NodeDevice.computer
            if device.kept == former { continue }
            registry.put(device)
            events.publish(
                former == nil
                    ? device.event(.defined)
                    : .nodeDeviceUpdate(NodeDeviceUpdateEvent(device: device.reference)))
        }
    }

    /// What devices that are there were made with is known to the program alone.
    private func note(active: [MediatedDevice]) {
        for found in active {
            guard var device = registry[ByteName(found.name)], var live = device.live,
                case .mdev(var now)? = live.capabilities.first
            else { continue }
            now.attributes = found.capability.attributes
            live.capabilities = [.mdev(now)]
            device.live = live
            registry.put(device)
        }
    }

    /// A device was made: it is read at once, whenever the kernel tells of it.
    private func appear(_ uuid: UUID) async {
        try? await registry.change { () throws(VirtError) in
            let tree = self.reader.tree
            let made = tree.devices(on: ["mdev"], of: []).first { $0.name.hasSameBytes(as: "\(uuid)") }
            if let made, self.device(at: made.path) == nil { self.read(made.path) }
        }
        await readMediated()
    }

    private func disappear(_ device: NodeDevice) async {
        try? await registry.change { () throws(VirtError) in
            guard let path = device.path, !self.reader.tree.exists(path), let now = self.device(at: path)
            else {
                return
            }
            self.end(now)
        }
    }
}
