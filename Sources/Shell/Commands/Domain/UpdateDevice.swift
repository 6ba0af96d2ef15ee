import Roost
import Virt

extension Command {
    static let updateDevice = Command(
        "update-device", "update device from an XML file",
        description: "Change a device of a domain to what a file describes.",
        options: [.domain, .required("file", "XML file", complete: .path)] + .deviceImpact
            + [.flag("force", "force device update")]
    ) { session, arguments in
        let (domain, file) = (try await session.domain(arguments), try arguments.required("file"))
        var flags = try await arguments.deviceImpact(of: domain)
        if arguments.has("force") { flags.insert(.force) }
        let xml = try await session.read(file: file)
        try await explaining("Failed to update device from \(file)") {
            try await domain.updateDeviceFlags(xml: xml, flags: flags)
        }
        session.output.note("Device updated successfully\n")
    }
}
