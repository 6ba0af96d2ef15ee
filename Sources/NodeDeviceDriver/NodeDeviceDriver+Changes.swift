import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

extension NodeDeviceDriver {
    /// Puts there what the host shows, and takes away what it doesn't any more. Call it within a change.
    func readAll(telling: Bool = false) {
        let found = reader.all()
        let paths = Set(found.compactMap(\.path).map { ByteName($0) })
        for device in registry.all {
            if let path = device.path, !paths.contains(ByteName(path)) { end(device) }
        }
        var names = names
        for device in found {
            put(device, names, telling: telling)
            device.path.map { names[ByteName($0)] = device.name }
        }
    }

    /// What has happened to devices; nil where some of it was lost, so that all are looked at.
    func take(_ batch: [DeviceChange]?) async {
        try? await registry.change { () throws(VirtError) in
            guard let batch else { return self.readAll(telling: true) }
            for change in batch { self.take(change) }
        }
    }

    private func take(_ change: DeviceChange) {
        if let former = change.formerPath ?? (change.action == "remove" ? change.path : nil) {
            device(at: former).map { end($0) }
        }
        if change.action == "remove" { return }
        read(change.path)
    }

    /// Reads a device anew that is there, or has come. Call it within a change.
    func read(_ path: String) {
        guard let found = reader.device(at: path) else { return }
        if let former = device(at: path), !former.title.hasSameBytes(as: found.name) {
            end(former)
        }
        put(found, names, telling: true)
    }

    /// The names of the devices that are there, by their folders.
    private var names: [ByteName: String] {
        registry.all.reduce(into: [:]) { names, device in
            device.path.map { names[ByteName($0)] = device.title }
        }
    }

    /// - Parameter names: those of devices by their folders, among which the parent is found.
    private func put(_ found: NodeDeviceDefinition, _ names: [ByteName: String], telling: Bool) {
        var definition = found
        definition.parent = Self.parent(of: found, names)
        let former = registry[ByteName(found.name)]
        var device = former ?? NodeDevice(found.name)
        if case .mdev(let now)? = device.live?.capabilities.first,
            case .mdev(var new)? = found.capabilities.first
        {
            new.attributes = now.attributes
            definition.capabilities = [.mdev(new)]
        }
        let isNew = device.live == nil
        device.live = definition
        registry.put(device)
        guard telling else { return }
        if isNew { events.publish(device.event(.created)) }
        if !isNew, !device.isComputer {
            events.publish(.nodeDeviceUpdate(NodeDeviceUpdateEvent(device: device.reference)))
        }
    }

    /// The nearest device that it is within; the computer, where there is none.
    private static func parent(of device: NodeDeviceDefinition, _ names: [ByteName: String]) -> String? {
        guard var path = device.path else { return nil }
        while let above = FileSystem.parent(of: path), above.utf8.count > 1 {
            if let name = names[ByteName(above)] { return name }
            path = above
        }
        return NodeDevice.computer
    }

    /// A device has gone; what is kept of it stays.
    func end(_ device: NodeDevice) {
        var device = device
        let told = device.event(.deleted)
        device.live = nil
        if device.kept == nil { registry.remove(device.uuid) } else { registry.put(device) }
        events.publish(told)
    }

    /// The device with this folder.
    func device(at path: String) -> NodeDevice? {
        registry.all.first { $0.path?.hasSameBytes(as: path) == true }
    }

    /// The device with this name; throws `noNodeDevice`.
    func device(named name: String) throws(VirtError) -> NodeDevice {
        if let device = registry[ByteName(name)] { return device }
        throw NodeDevice.kind.none(matching: "name '\(name)'")
    }
}
