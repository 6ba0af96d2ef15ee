import VirtXML

/// What of the host decides about a domain's definition.
package struct QEMUHost: Sendable {
    /// The host's architecture in libvirt's words.
    package var architecture: String
    /// The binary for an architecture that a document doesn't name one for.
    package var emulator: @Sendable (String) -> String? = {
        "/usr/bin/qemu-system-\(QEMUArchitecture.binary($0))"
    }
    /// What firmware there is, in the order in which it is preferred.
    package var firmware: [FirmwareDescriptor] = []
    /// Firmware known by its files alone: code, and the template of its variables.
    package var firmwarePairs: [(code: String, template: String)] = [
        ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
        ("/usr/share/OVMF/OVMF_CODE.secboot.fd", "/usr/share/OVMF/OVMF_VARS.secboot.fd"),
        ("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
        ("/usr/share/AAVMF/AAVMF32_CODE.fd", "/usr/share/AAVMF/AAVMF32_VARS.fd"),
    ]
    /// Where guests' firmware keeps its variables.
    package var nvramFolder = "/var/lib/libvirt/qemu/nvram"
    /// Makes an address for a network card that has none.
    package var newMAC: @Sendable () -> MACAddress
    /// Whether names of machines such as `q35` are replaced by those that they stand for now.
    package var resolvesMachineAliases = true
    /// Whether SPICE can be encrypted, as far as the daemon's settings say it.
    package var hasSpiceTLS = true
    /// Whether a new definition may get today's defaults in place of those that old guests rely on.
    package var updatesABI = false
    /// The group in which a PCI device of the host is given to guests; nil where it isn't known.
    package var iommuGroup: @Sendable (PCIAddress) -> Int? = { _ in nil }
    /// How many nodes of memory the host has.
    package var memoryNodes: CPUSet?
    /// The host's own x86 processor, beside what QEMU offers of it; nil where it isn't known. May read a file.
    package var processor: @Sendable () -> HostCPU? = { nil }

    package init(architecture: String, newMAC: @escaping @Sendable () -> MACAddress) {
        self.architecture = architecture
        self.newMAC = newMAC
    }
}
