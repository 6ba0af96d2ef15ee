import ByteText
import VirtXML

extension DomainDefinition {
    /// Adds the devices that a board has without being asked.
    mutating func addDefaultDevices(_ qemu: QEMUCapabilities) {
        let board = board
        if board.hasDefaultUSB, !isUSBDisabled,
            !devices.controllers.contains(where: { $0.type == .usb && ($0.index ?? 0) == 0 }),
            board.implicitUSBModel(qemu) != nil
        {
            filling("guests of this machine have a USB bus unless model='none' says otherwise") {
                $0.devices.insert(
                    ControllerDevice(
                        .usb, index: 0,
                        model: board.isQ35 || board.isARM ? board.implicitUSBModel(qemu) : nil))
            }
        }
        if board.hasSATA {
            filling("the machine's chipset has it") { $0.devices.addIfMissing(.sata, index: 0) }
        }
        filling("the root of the machine's PCI devices") { $0.addPCIRoot() }
        if devices.memballoon == nil, board.hasDefaultBalloon {
            filling("guests can give memory back unless model='none' says otherwise") {
                $0.devices.memballoon = MemballoonDevice(.virtio)
            }
        }
        filling("the machine has it") { domain in
            let own: PanicDevice.Model? = board.isPSeries ? .pseries : board.isCCW ? .s390 : nil
            let isNamed = domain.devices.panics.contains { [own, nil, .default].contains($0.model) }
            if let own, !isNamed { domain.devices.panics.append(domain.panic(own)) }
        }
        filling("the chipset of a q35 machine has it") { $0.addWatchdog() }
    }

    private func panic(_ model: PanicDevice.Model) -> PanicDevice {
        var device = PanicDevice()
        device.model = model
        return device
    }

    private mutating func addPCIRoot() {
        guard board.hasPCI else { return }
        let model = board.hasPCIeRoot ? "pcie-root" : "pci-root"
        let exists = devices.controllers.contains {
            $0.type == .pci && ($0.index == 0 || $0.index == nil && $0.model == model)
        }
        if !exists { devices.insert(ControllerDevice(.pci, index: 0, model: model)) }
    }

    /// The chipset of a q35 board has one, which is let act.
    private mutating func addWatchdog() {
        guard board.isQ35, !devices.watchdogs.contains(where: { $0.model == .itco }) else { return }
        var watchdog = WatchdogDevice()
        watchdog.model = .itco
        watchdog.action = devices.watchdogs.first?.action ?? .reset
        devices.watchdogs.append(watchdog)
    }

    /// The keyboard and mouse that every PC has, and that a screen of a 64-bit POWER machine goes with.
    mutating func addDefaultInputs() {
        if board.architecture.hasBytePrefix("ppc64"), !devices.graphics.isEmpty { addUSBInputs() }
        guard board.hasPS2, features.ps2 != false else { return }
        for kind in [InputDevice.Kind.mouse, .keyboard] {
            let exists = devices.inputs.contains { $0.type == kind && $0.bus == .ps2 }
            if !exists { devices.inputs.append(InputDevice(kind, bus: .ps2)) }
        }
    }

    private mutating func addUSBInputs() {
        let present = devices.inputs.filter { $0.bus == .usb }.map(\.type)
        if !present.contains(.keyboard) { devices.inputs.append(InputDevice(.keyboard, bus: .usb)) }
        if !present.contains(.mouse), !present.contains(.tablet) {
            devices.inputs.append(InputDevice(.mouse, bus: .usb))
        }
    }

    /// Where sound goes: to who looks at the last screen that has a say in it.
    mutating func addDefaultAudio() {
        guard devices.audios.isEmpty else { return }
        var kind: AudioBackend.Kind? = devices.graphics.isEmpty ? AudioBackend.Kind.none : nil
        for screen in devices.graphics {
            switch screen.type {
            case .spice: kind = .spice
            case .vnc: kind = AudioBackend.Kind.none
            // The window's own program plays it.
            case .sdl: kind = nil
            default: break
            }
        }
        devices.audios = kind.map { [AudioBackend($0)] } ?? []
    }

    /// The card of a guest that has a screen but names no card.
    func defaultVideo(_ qemu: QEMUCapabilities) -> VideoDevice.Kind {
        if board.architecture.hasBytePrefix("ppc64") { return .vga }
        if board.isVirt || board.isS390 { return .virtio }
        if qemu.has("cirrus-vga") { return .cirrus }
        if qemu.has("VGA") { return .vga }
        return .default
    }

    /// How many units a SCSI controller is given by names of disks.
    var scsiUnits: UInt32 { 7 }
}

extension Board {
    /// Whether it has a USB controller without being asked.
    var hasDefaultUSB: Bool {
        if isX86 { return machine != "isapc" }
        if isARM { return machine.hasBytePrefix("versatile") || machine.hasBytePrefix("realview") }
        return isPPC
    }

    /// Whether it has a SATA controller.
    var hasSATA: Bool { isQ35 }

    var hasDefaultBalloon: Bool {
        !isARM && !isLoongArch && !["sparc", "sparc64", "m68k"].contains(architecture)
    }

    /// The model of the USB controller that a board has without being asked.
    func implicitUSBModel(_ qemu: QEMUCapabilities) -> String? {
        if isARM { return qemu.has("pci-ohci") ? "pci-ohci" : nil }
        guard isQ35 else { return defaultUSBModel(qemu) }
        return ["qemu-xhci", "nec-xhci", "piix3-uhci"].first {
            USBControllerModel.driver($0).map(qemu.has) ?? false
        }
    }

    /// The model of a USB controller that names none; nil if the binary has none that would do. Old guests
    /// rely on old ones.
    func defaultUSBModel(_ qemu: QEMUCapabilities, updatesABI: Bool = false) -> String? {
        func first(_ models: String...) -> String? {
            models.first { USBControllerModel.driver($0).map(qemu.has) ?? false }
        }
        if architecture == "ppc", updatesABI { return first("piix3-uhci", "pci-ohci") }
        if updatesABI && isPPC || architecture == "aarch64", let modern = first("qemu-xhci", "nec-xhci") {
            return modern
        }
        if isX86 { return first("piix3-uhci") }
        if isPSeries { return first("pci-ohci", "nec-xhci") }
        if isLoongArch { return first("qemu-xhci", "nec-xhci") }
        if isPPC { return first("pci-ohci") }
        if isS390 { return "none" }
        return first("piix3-uhci", "pci-ohci")
    }
}
