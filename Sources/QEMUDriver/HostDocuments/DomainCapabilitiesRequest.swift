import Virt
import VirtXML

/// What is asked of a binary: how it runs one kind of domain on one machine. What the host adds is in it, so that
/// the answer is a function of this alone.
struct DomainCapabilitiesRequest: Sendable {
    var qemu: QEMUCapabilities
    /// The guest's architecture.
    var architecture: String
    /// The machine's full name.
    var machine: String
    var accelerator: QEMUAccelerator
    var firmware: [FirmwareDescriptor]
    /// The images that are offered whatever the descriptors say; nil for those of the descriptors.
    var images: [String]?
    /// Whether the host can hand PCI devices to guests.
    var hostHasVFIO: Bool
    /// The versions of TPM that the host's emulator has.
    var tpmVersions = ["1.2", "2.0"]
    /// Whether the host's model is shown without the features that QEMU advises against.
    var disablesDeprecated = false
    /// The host's processor on POWER, such as `POWER9`.
    var power: String?
    /// How many encrypted guests of AMD's the host can have, and how many with encrypted registers.
    var encryptedGuests: (all: UInt32, registers: UInt32)?

    var acceleration: QEMUAcceleration { qemu.accelerations[accelerator] ?? QEMUAcceleration() }
    var board: Board { Board(architecture: architecture, machine: machine) }
    /// Whether the host's processor runs the guest's instructions.
    var isNative: Bool { accelerator != .tcg }
}
