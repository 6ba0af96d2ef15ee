import Roost
import Virt

extension XMLQuery {
    /// The card of a type; where there are several, its address on the network must be told.
    func interface(type: String, mac: String?) throws -> Node {
        let found = try nodes("./devices/interface").filter { $0.attribute("type") == type }
        if found.isEmpty { throw Failure("No interface found whose type is \(type)") }
        guard let mac else {
            guard found.count == 1, let only = found.first else {
                throw Failure(
                    "Domain has \(found.count) interfaces. Please specify which one to detach using --mac")
            }
            return only
        }
        let matching = found.filter { $0.string("./mac/@address")?.lowercased() == mac.lowercased() }
        guard let first = matching.first else {
            throw Failure("No interface with MAC address \(mac) was found")
        }
        guard matching.count == 1 else {
            throw Failure(
                "Domain has multiple interfaces matching MAC address \(mac). You must use detach-device "
                    + "and specify the device pci address to remove it.")
        }
        return first
    }
}

extension Command {
    static let detachInterface = Command(
        "detach-interface", "detach network interface",
        description: "Take a network interface from a domain.",
        options: [
            .domain, .required("type", "network interface type"), .value("mac", "MAC address"),
        ] + .deviceImpact + [.flag("print-xml", "print XML document rather than detach the interface")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let flags = try await arguments.deviceImpact(of: domain)
        let document = try await domain.document(for: flags)
        let (type, mac) = (try arguments.required("type"), try arguments.string("mac"))
        let xml: String
        do { xml = try document.interface(type: type, mac: mac).xml() } catch {
            throw Failure(lines: Failure.lines(of: error) + ["Failed to detach interface"])
        }
        if arguments.has("print-xml") { return session.output.print(xml) }
        try await explaining("Failed to detach interface") {
            try await domain.detach(xml, flags, isCurrent: arguments.has("current"))
        }
        session.output.note("Interface detached successfully\n")
    }
}
