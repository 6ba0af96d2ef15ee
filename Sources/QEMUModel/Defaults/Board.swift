import ByteText
import VirtXML

/// The kind of machine that a guest is, as far as it decides about defaults and devices: by architecture and
/// by the machine's name, of which the version doesn't matter.
package struct Board: Equatable, Sendable {
    package let architecture: String
    package let machine: String

    package init(_ domain: DomainDefinition) {
        architecture = domain.os.arch ?? ""
        machine = domain.os.machine ?? ""
    }

    /// A kind of machine by its names.
    package init(architecture: String, machine: String) {
        self.architecture = architecture
        self.machine = machine
    }

    private func isMachine(_ name: String) -> Bool { machine == name || machine.hasBytePrefix(name + "-") }

    package var isX86: Bool { architecture == "x86_64" || architecture == "i686" }
    var isQ35: Bool { isX86 && (machine == "q35" || machine.hasBytePrefix("pc-q35")) }
    var isI440FX: Bool {
        isX86 && !isQ35 && (isMachine("pc") || machine.hasBytePrefix("rhel"))
    }
    var isMicroVM: Bool { isX86 && isMachine("microvm") }
    var isARM: Bool { ["aarch64", "armv7l", "armv6l"].contains(architecture) }
    var isARMVirt: Bool { isARM && isMachine("virt") }
    var isRISCV: Bool { architecture == "riscv64" || architecture == "riscv32" }
    var isRISCVVirt: Bool { isRISCV && isMachine("virt") }
    var isLoongArch: Bool { architecture == "loongarch64" }
    var isLoongArchVirt: Bool { isLoongArch && isMachine("virt") }
    /// One of the boards of the name `virt`, all of which have PCI Express and virtio.
    var isVirt: Bool { isARMVirt || isRISCVVirt || isLoongArchVirt }
    var isPPC: Bool { ["ppc64", "ppc64le", "ppc"].contains(architecture) }
    var isPSeries: Bool { (architecture == "ppc64" || architecture == "ppc64le") && isMachine("pseries") }
    /// Whether libvirt describes CPUs of the kind: it doesn't those of 32-bit POWER and RISC-V, and of rarer ones.
    var hasKnownCPUs: Bool {
        isX86 || isARM || isS390 || isLoongArch || ["ppc64", "ppc64le", "riscv64"].contains(architecture)
    }
    var isS390: Bool { architecture == "s390x" || architecture == "s390" }
    /// Whether devices are on channels rather than on buses.
    var isCCW: Bool { isS390 && isMachine("s390-ccw-virtio") }

    /// Whether the root of its PCI devices is an express one.
    var hasPCIeRoot: Bool { isQ35 || isVirt }
    /// Whether it has PCI devices at all.
    var hasPCI: Bool {
        if isX86 { return isI440FX || isQ35 }
        if isARM { return isARMVirt || isMachine("versatilepb") }
        if isPPC { return true }
        if isVirt || isS390 { return isVirt || isCCW }
        return ["alpha", "hppa", "sparc64", "mips", "mipsel", "mips64", "mips64el", "sh4", "sh4eb"].contains(
            architecture)
    }

    /// Whether devices are looked for on PCI buses: those that the document names, where the machine has none.
    var knowsPCI: Bool { hasPCI || isX86 || architecture == "m68k" }

    /// Whether several PCI buses have names with numbers; the only bus of other boards is called `pci`.
    var numbersPCIBuses: Bool {
        if isX86 || isVirt || isS390 { return true }
        return isPPC
    }

    /// Whether the board has an IDE controller of its own.
    var hasIDE: Bool {
        isI440FX || isMachine("malta") || isMachine("sun4u") || isMachine("g3beige")
    }

    /// Whether the board has no floppy drives of its own, so that a controller must be added.
    var needsFloppyController: Bool { isQ35 }

    /// Whether it has a keyboard controller, and with it a port by which VMware's tools would know it.
    var hasPS2: Bool { isX86 && !isMicroVM }

    /// Whether a first graphics card may be one that firmware knows as VGA.
    var hasVGA: Bool { isX86 }
    /// Whether a first virtio card may be one that firmware knows as VGA.
    var hasVirtioVGA: Bool { !isARM && !isS390 }

    /// Whether ACPI can be switched.
    var hasACPI: Bool { isX86 || isARMVirt || isRISCVVirt || isLoongArchVirt }

    /// Whether ACPI can be had only with UEFI.
    var acpiNeedsUEFI: Bool { architecture == "aarch64" }
}

extension DomainDefinition {
    package var board: Board { Board(self) }

    /// Whether the root of its PCI devices is an express one: the machine's, or else the document's.
    var hasPCIeRoot: Bool {
        if board.hasPCI { return board.hasPCIeRoot }
        return devices.controllers.contains { $0.type == .pci && $0.index == 0 && $0.model == "pcie-root" }
    }

    package func timer(_ name: ClockTimer.Name) -> ClockTimer? { clock.timers.first { $0.name == name } }
}
