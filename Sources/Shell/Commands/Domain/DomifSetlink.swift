import Roost
import Virt

extension Command {
    static let domifSetlink = Command(
        "domif-setlink", "set link state of a virtual interface",
        description: "Plug the cable of a network interface in, or pull it.",
        options: [
            .domain, .required("interface", "device or MAC address"),
            .required("state", "up or down"), .alias("persistent", for: "config"),
            .flag("config", "affect next boot"),
            .flag("print-xml", "print XML document rather than set the interface link state"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let (wanted, state) = (try arguments.required("interface"), try arguments.required("state"))
        guard state == "up" || state == "down" else { throw Failure("invalid link state '\(state)'") }
        let isActive = try await domain.isActive()
        let flags: DomainDeviceModifyFlags = arguments.has("config") || !isActive ? .config : .live
        let document = try await domain.document(for: flags)
        let matching = try document.nodes("./devices/interface").filter { nic in
            nic.string("./mac/@address")?.lowercased() == wanted.lowercased()
                || nic.string("./target/@dev") == wanted
        }
        guard let nic = matching.first else { throw Failure("interface '\(wanted)' not found") }
        if matching.count > 1 { throw Failure("multiple matching interfaces found") }
        nic.child("link")?.set("state", to: state)
        let xml = nic.xml()
        if arguments.has("print-xml") { return session.output.print(xml) }
        try await explaining("Failed to update interface link state") {
            try await domain.updateDeviceFlags(xml: xml, flags: flags)
        }
        session.output.note("Device updated successfully\n")
    }
}
