import Virt
import VirtXML

/// What is asked of a binary: how it runs one kind of domain on one machine. What the host adds is in it, so that
/// the answer is a function of this alone.
package struct DomainCapabilitiesRequest: Sendable {
    package var qemu: QEMUCapabilities
    /// The guest's architecture.
    package var architecture: String
    /// The machine's full name.
    package var machine: String
    package var accelerator: QEMUAccelerator
    package var firmware: [FirmwareDescriptor]
    /// The images that are offered whatever the descriptors say; nil for those of the descriptors.
    package var images: [String]?
    /// Whether the host can hand PCI devices to guests.
    package var hostHasVFIO: Bool
    /// The versions of TPM that the host's emulator has.
    var tpmVersions = ["1.2", "2.0"]
    /// Whether the host's model is shown without the features that QEMU advises against.
    package var disablesDeprecated = false
    /// The host's processor on POWER, such as `POWER9`.
    var power: String?
    /// How many encrypted guests of AMD's the host can have, and how many with encrypted registers.
    var encryptedGuests: (all: UInt32, registers: UInt32)?

    package init(
        qemu: QEMUCapabilities, architecture: String, machine: String, accelerator: QEMUAccelerator,
        firmware: [FirmwareDescriptor], images: [String]? = nil, hostHasVFIO: Bool
    ) {
        (self.qemu, self.architecture, self.machine) = (qemu, architecture, machine)
        (self.accelerator, self.firmware, self.images) = (accelerator, firmware, images)
        self.hostHasVFIO = hostHasVFIO
    }

    package var acceleration: QEMUAcceleration { qemu.accelerations[accelerator] ?? QEMUAcceleration() }
    package var board: Board { Board(architecture: architecture, machine: machine) }
    /// Whether the host's processor runs the guest's instructions.
    package var isNative: Bool { accelerator != .tcg }
}
