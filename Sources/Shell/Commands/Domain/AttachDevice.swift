import Roost
import Virt

extension [CommandOption] {
    /// The options that say what a change of devices touches.
    static let deviceImpact: [CommandOption] = [.flag("persistent", "make live change persistent")] + .impact
}

extension Arguments {
    /// What the options choose; `--persistent` means the definition, and the guest where it runs.
    func deviceImpact(of domain: Domain) async throws -> DomainDeviceModifyFlags {
        try exclude("persistent", "current")
        var flags = DomainDeviceModifyFlags(rawValue: try impact().rawValue)
        guard has("persistent") else { return flags }
        flags.insert(.config)
        if try await domain.isActive() { flags.insert(.live) }
        return flags
    }
}

extension Domain {
    /// Attaches by the call that the chosen flags need.
    func attach(_ xml: String, _ flags: DomainDeviceModifyFlags, isCurrent: Bool) async throws(VirtError) {
        if flags.isEmpty, !isCurrent {
            try await attachDevice(xml: xml)
        } else {
            try await attachDeviceFlags(xml: xml, flags: flags)
        }
    }

    /// Detaches by the call that the chosen flags need.
    func detach(_ xml: String, _ flags: DomainDeviceModifyFlags, isCurrent: Bool) async throws(VirtError) {
        if flags.isEmpty, !isCurrent {
            try await detachDevice(xml: xml)
        } else {
            try await detachDeviceFlags(xml: xml, flags: flags)
        }
    }
}

extension Command {
    static let attachDevice = Command(
        "attach-device", "attach device from an XML file",
        description: "Give a domain a device, described in a file.",
        options: [.domain, .required("file", "XML file", complete: .path)] + .deviceImpact
    ) { session, arguments in
        let (domain, file) = (try await session.domain(arguments), try arguments.required("file"))
        let flags = try await arguments.deviceImpact(of: domain)
        let xml = try await session.read(file: file)
        try await explaining("Failed to attach device from \(file)") {
            try await domain.attach(xml, flags, isCurrent: arguments.has("current"))
        }
        session.output.note("Device attached successfully\n")
    }
}
