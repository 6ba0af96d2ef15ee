import Roost
import Virt

extension Command {
    static let detachDevice = Command(
        "detach-device", "detach device from an XML file",
        description: "Take a device, described in a file, from a domain.",
        options: [.domain, .required("file", "XML file", complete: .path)] + .deviceImpact
    ) { session, arguments in
        let (domain, file) = (try await session.domain(arguments), try arguments.required("file"))
        let flags = try await arguments.deviceImpact(of: domain)
        let xml = try await session.read(file: file)
        try await explaining("Failed to detach device from \(file)") {
            try await domain.detach(xml, flags, isCurrent: arguments.has("current"))
        }
        session.output.note("Device detached successfully\n")
    }

    static let detachDeviceAlias = Command(
        "detach-device-alias", "detach device from an alias",
        description: "Take the device with a name from a domain. A guest may take its time to let go of it.",
        options: [.domain, .required("alias", "device alias")] + .impact
    ) { session, arguments in
        let (domain, alias) = (try await session.domain(arguments), try arguments.required("alias"))
        let flags = DomainDeviceModifyFlags(rawValue: try arguments.impact().rawValue)
        try await explaining("Failed to detach device with alias \(alias)") {
            try await domain.detachDeviceAlias(alias: alias, flags: flags)
        }
        session.output.note("Device detach request sent successfully\n")
    }
}
