import Roost
import Virt

extension Command {
    static let capabilities = Command(
        "capabilities", "capabilities", description: "Print what the host and the hypervisor can do.",
        options: .xmlSelection
    ) { session, arguments in
        let connection = try await session.connected()
        let xml = try await explaining("failed to get capabilities") { try await connection.capabilities() }
        let isWhole = !arguments.has("xpath") && !arguments.has("wrap")
        try session.print(xml: isWhole ? xml + "\n" : xml, arguments)
    }

    static let domcapabilities = Command(
        "domcapabilities", "domain capabilities", description: "Print what domains on this host can have.",
        options: [
            .value(
                "virttype", "virtualization type (/domain/@type)",
                complete: .words(["qemu", "kvm", "xen", "lxc", "test"])),
            .value("emulatorbin", "path to emulator binary (/domain/devices/emulator)", complete: .path),
            .value("arch", "domain architecture (/domain/os/type/@arch)"),
            .value("machine", "machine type (/domain/os/type/@machine)"),
        ] + .xmlSelection + [.flag("disable-deprecated-features", "leave deprecated CPU features out")]
    ) { session, arguments in
        let connection = try await session.connected()
        let emulator = try arguments.string("emulatorbin")
        let arch = try arguments.string("arch")
        let machine = try arguments.string("machine")
        let type = try arguments.string("virttype")
        let flags: ConnectGetDomainCapabilitiesFlags =
            arguments.has("disable-deprecated-features") ? .disableDeprecatedFeatures : []
        let xml = try await explaining("failed to get emulator capabilities") {
            try await connection.domainCapabilities(
                emulatorbin: emulator, arch: arch, machine: machine, virttype: type, flags: flags)
        }
        try session.print(xml: xml, arguments)
    }

    static let cpuModels = Command(
        "cpu-models", "CPU models", description: "List the CPU models of an architecture.",
        options: [
            .required(
                "arch", "architecture", complete: .words(["x86_64", "i686", "aarch64", "ppc64", "s390x"]))
        ]
    ) { session, arguments in
        let arch = try arguments.required("arch")
        let connection = try await session.connected()
        let names = try await explaining("failed to get CPU model names") {
            try await connection.cpuModelNames(arch: arch, flags: 0)
        }
        if names.isEmpty { return session.output.print("all CPU models are accepted\n") }
        for name in names { session.output.print(name + "\n") }
    }

    static let sysinfo = Command(
        "sysinfo", "print the hypervisor sysinfo",
        description: "Print what the host's firmware says of the host, as XML."
    ) { session, _ in
        let connection = try await session.connected()
        let xml = try await explaining("failed to get sysinfo") { try await connection.sysinfo(flags: 0) }
        session.output.print(xml)
    }
}
