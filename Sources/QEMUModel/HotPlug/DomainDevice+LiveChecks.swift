import Virt
import VirtXML

/// What no running guest can be given or deprived of, whatever QEMU would say to it.
extension DomainDevice {
    /// Refuses a device that can't be plugged in.
    package func checkLiveAttach() throws(VirtError) {
        switch self {
        case .controller(let one) where one.type != .scsi:
            throw .cannotPlug("'\(one.type.rawValue)' controller cannot be hot plugged.")
        case .interface(let card) where !card.type.isPluggable:
            throw .cannotPlug("hotplug of interface type of \(card.type.rawValue) is not implemented yet")
        case .filesystem(let one) where one.driver?.type != "virtiofs":
            throw .cannotPlug("only virtiofs filesystems can be hotplugged")
        case .input(let one) where !one.isPluggable:
            throw .cannotPlug("input device on bus '\(one.busName)' cannot be hot plugged.")
        case .watchdog(let one) where one.model != .i6300esb && one.model != .diag288:
            throw .cannotPlug("hotplug of watchdog of model \(one.model.rawValue) is not supported")
        case .disk(let disk) where disk.device == .floppy:
            throw .cannotPlug("floppy device hotplug isn't supported")
        default:
            if isFixed { throw .cannotPlug("live attach of device '\(kind)' is not supported") }
        }
    }

    /// Refuses to take out what can't be plugged in either; asked before it is looked for.
    package func checkLiveDetach() throws(VirtError) {
        if case .controller(let one) = self, one.type != .scsi {
            throw .cannotPlug("'\(one.type.rawValue)' controller cannot be hot unplugged.")
        }
        if isFixed { throw .cannotPlug("live detach of device '\(kind)' is not supported") }
    }

    /// The same of one that has been found.
    package func checkLiveDetachFound() throws(VirtError) {
        switch self {
        case .input(let one) where !one.isPluggable:
            throw .cannotPlug("input device on bus '\(one.busName)' cannot be detached")
        case .watchdog(let one) where one.model != .i6300esb && one.model != .diag288:
            throw .cannotPlug("hot unplug of watchdog of model \(one.model.rawValue) is not supported")
        default: try checkLiveDetach()
        }
    }

    /// Whether it belongs to the machine for as long as that runs.
    private var isFixed: Bool {
        switch self {
        case .tpm, .sound, .video, .graphics, .hub, .memballoon, .nvram, .smartcard, .panic, .iommu, .audio,
            .crypto, .pstore:
            true
        default: false
        }
    }
}

extension InputDevice {
    /// Where none is named, it will be USB.
    fileprivate var isPluggable: Bool {
        type != .evdev && (bus == nil || bus == .usb || bus == .virtio)
    }
    fileprivate var busName: String { bus?.rawValue ?? "none" }
}

extension InterfaceDevice.Kind {
    /// Whether a card that is connected so can be plugged in.
    fileprivate var isPluggable: Bool {
        switch self {
        case .server, .client, .mcast, .udp, .internal, .null, .vds: false
        default: true
        }
    }
}

extension VirtError {
    static func cannotPlug(_ message: String) -> VirtError {
        VirtError(.operationUnsupported, message, from: .qemu)
    }
}
