import JSON
import VirtXML

// Facts about the guest that several parts of the command line depend on.
extension QEMUGuest {
    /// What the accelerator of the domain's type offers.
    package var acceleration: QEMUAcceleration? {
        switch domain.type {
        case .kvm: qemu.accelerations[.kvm]
        case .hvf: qemu.accelerations[.hvf]
        default: qemu.accelerations[.tcg] ?? qemu.accelerations[.kvm] ?? qemu.accelerations[.hvf]
        }
    }

    /// The machine as the binary describes it.
    package var machine: QEMUMachine? { domain.os.machine.flatMap { acceleration?.machine(named: $0) } }

    /// Whether ACPI is switched by the machine; older binaries have an option of their own.
    var acpiIsMachineOption: Bool { qemu.option("machine", has: "acpi") }

    /// The images in the flash of the machine: the firmware's code, then its variables.
    var flashImages: [BlockImage] {
        guard let loader = domain.os.loader, loader.type == .pflash, let path = loader.path else { return [] }
        var images = [
            BlockImage(
                source: StorageSource(file: path), format: loader.format ?? .raw, index: 0,
                isReadOnly: loader.readonly ?? false, name: "libvirt-pflash0")
        ]
        images[0].backing = .end
        guard let nvram = domain.os.nvram else { return images }
        let source = nvram.source ?? nvram.path.map { StorageSource(file: $0) }
        if let source {
            images.append(
                BlockImage(
                    source: source, format: nvram.format ?? .raw, index: 0, isReadOnly: false,
                    name: "libvirt-pflash1"))
            images[1].backing = .end
        }
        return images
    }

    /// What a guest on s390 is told to load, if no device says it.
    var machineLoadparm: String? {
        guard domain.board.isCCW, !loadparmIsDeviceProperty else { return nil }
        return domain.devices.infos.compactMap(\.boot).last { $0.order == 1 && $0.loadparm != nil }?.loadparm
    }

    /// Whether each device is told what to load; older binaries are told once for all.
    var loadparmIsDeviceProperty: Bool { qemu.has("virtio-net-ccw", "loadparm") }

    /// The device parts of which the user has replaced properties.
    func overridden(_ part: QEMUPart) -> QEMUPart {
        guard case .device(var device) = part, let overrides = domain.qemu?.override?.devices,
            let alias = device["id"]?.string, let override = overrides.first(where: { $0.alias == alias })
        else { return part }
        for property in override.properties { device[property.name] = property.json }
        return .device(device)
    }
}

extension QEMUNamespace.Override.Property {
    /// The value in the type that the user gives it; nil takes the property away.
    package var json: JSONValue? {
        switch type {
        case .string: .string(value ?? "")
        case .signed: Int64(value ?? "").map { .integer($0) } ?? .string(value ?? "")
        case .unsigned: UInt64(value ?? "").map { JSONValue($0) } ?? .string(value ?? "")
        case .bool: .bool(value == "true")
        case .remove: nil
        }
    }
}
