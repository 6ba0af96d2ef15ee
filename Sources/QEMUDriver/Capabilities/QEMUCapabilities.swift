import JSON
import QMP

/// What one QEMU binary can do, as a function of nothing but its answers. Everything that depends on the
/// binary asks here for the thing itself (a device, a property, an argument), never for the version.
public struct QEMUCapabilities: Sendable, Equatable {
    /// The binary's path.
    public var emulator: String
    public var version: QMPVersion
    /// The guest's architecture in libvirt's words, such as `x86_64` and `armv7l`.
    public var architecture: String
    /// What the binary offers by accelerator; those that are missing can't be used.
    public var accelerations: [QEMUAccelerator: QEMUAcceleration] = [:]
    /// Every class of object that QEMU has, devices among them.
    public var types: Set<String> = []
    /// The properties of the classes that were asked for.
    public var properties: [String: [String: JSONValue]] = [:]
    public var schema = QMPSchema()
    /// The options of the command line that QEMU describes, and their parameters.
    public var options: [String: Set<String>] = [:]
    public var tpmModels: [String] = []
    public var tpmTypes: [String] = []
    public var migrationCapabilities: Set<String> = []
    /// The interrupt controllers of ARM: version, and whether KVM, QEMU emulate it.
    public var gics: [QEMUInterruptController] = []
    /// AMD's memory encryption, where the host has it.
    public var sev: JSONValue?
    /// Intel's enclaves, where the host has them.
    public var sgx: JSONValue?

    /// What a guest may be shown of Microsoft's hypervisor, as documents name it, in their order.
    public var hypervFeatures: [String] = []

    /// Whether QEMU has a device or another class of objects.
    public func has(_ type: String) -> Bool { types.contains(type) }

    /// Whether a class has a property; false as well where its properties weren't asked for.
    public func has(_ type: String, _ property: String) -> Bool { properties[type]?[property] != nil }

    /// Whether an option of the command line takes a parameter.
    public func option(_ name: String, has parameter: String) -> Bool {
        options[name]?.contains(parameter) ?? false
    }
}

/// An interrupt controller that an ARM machine may have.
public struct QEMUInterruptController: Sendable, Equatable {
    public var version: Int64
    public var isInKernel: Bool
    public var isEmulated: Bool
}
