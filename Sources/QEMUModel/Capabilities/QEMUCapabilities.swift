import JSON

/// What one QEMU binary can do, as a function of nothing but its answers. Everything that depends on the
/// binary asks here for the thing itself (a device, a property, an argument), never for the version.
package struct QEMUCapabilities: Sendable, Equatable {
    /// The binary's path.
    package var emulator: String
    package var version: QEMUVersion
    /// The guest's architecture in libvirt's words, such as `x86_64` and `armv7l`.
    package var architecture: String
    /// What the binary offers by accelerator; those that are missing can't be used.
    package var accelerations: [QEMUAccelerator: QEMUAcceleration] = [:]
    /// Why it can't use KVM on a host whose processor it is for, where that is known.
    package var whyWithoutKVM: String?
    /// Every class of object that QEMU has, devices among them.
    package var types: Set<String> = []
    /// The properties of the classes that were asked for.
    package var properties: [String: [String: JSONValue]] = [:]
    package var schema = QMPSchema()
    /// The options of the command line that QEMU describes, and their parameters.
    package var options: [String: Set<String>] = [:]
    package var tpmModels: [String] = []
    package var tpmTypes: [String] = []
    package var migrationCapabilities: Set<String> = []
    /// The interrupt controllers of ARM: version, and whether KVM, QEMU emulate it.
    package var gics: [QEMUInterruptController] = []
    /// AMD's memory encryption, where the host has it.
    package var sev: JSONValue?
    /// Intel's enclaves, where the host has them.
    package var sgx: JSONValue?

    /// What a guest may be shown of Microsoft's hypervisor, as documents name it, in their order.
    package var hypervFeatures: [String] = []

    /// Whether QEMU has a device or another class of objects.
    package func has(_ type: String) -> Bool { types.contains(type) }

    /// Whether a class has a property; false as well where its properties weren't asked for.
    package func has(_ type: String, _ property: String) -> Bool { properties[type]?[property] != nil }

    /// Whether an option of the command line takes a parameter.
    package func option(_ name: String, has parameter: String) -> Bool {
        options[name]?.contains(parameter) ?? false
    }
}

/// An interrupt controller that an ARM machine may have.
package struct QEMUInterruptController: Sendable, Equatable {
    package var version: Int64
    package var isInKernel: Bool
    package var isEmulated: Bool
}
