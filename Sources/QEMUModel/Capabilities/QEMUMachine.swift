import JSON

/// A machine type that a QEMU binary can emulate.
package struct QEMUMachine: Sendable, Equatable {
    /// The full name, such as `pc-q35-7.2`.
    package var name: String
    /// The short name, such as `q35`.
    package var alias: String?
    /// The most virtual CPUs; 0 where QEMU doesn't say.
    package var maximumCPUs: UInt64
    package var canHotplugCPUs: Bool
    /// The type of CPU that it has if none is named, such as `qemu64-x86_64-cpu`.
    package var defaultCPU: String?
    /// The name of its own memory backend, such as `pc.ram`.
    package var defaultRAM: String?
    package var supportsNUMA: Bool
    /// Whether it has ACPI; nil where QEMU doesn't say.
    package var acpi: Bool?
    package var isDeprecated: Bool
    package var isDefault: Bool

    package init?(_ entry: JSONValue) {
        guard let name = entry["name"]?.string, name != "none" else { return nil }
        self.name = name
        alias = entry["alias"]?.string
        maximumCPUs = entry["cpu-max"]?.uint ?? 0
        canHotplugCPUs = entry["hotpluggable-cpus"]?.bool ?? false
        defaultCPU = entry["default-cpu-type"]?.string
        defaultRAM = entry["default-ram-id"]?.string
        supportsNUMA = entry["numa-mem-supported"]?.bool ?? false
        acpi = entry["acpi"]?.bool
        isDeprecated = entry["deprecated"]?.bool ?? false
        isDefault = entry["is-default"]?.bool ?? false
    }
}

extension [QEMUMachine] {
    /// The one that is taken if none is named: a `virt` board where QEMU itself has no better choice.
    func usual(of architecture: String) -> QEMUMachine? {
        let virt = ["aarch64", "armv7l", "armv6l", "riscv64", "riscv32", "loongarch64"].contains(architecture)
        return (virt ? first { $0.alias == "virt" || $0.name == "virt" } : nil) ?? first(where: \.isDefault)
    }
}
