import Roost
import Virt

extension Command {
    static let ifaceList = Command(
        "iface-list", "list physical host interfaces",
        description: "List the host's interfaces that are up, or those that the options choose.",
        options: [
            .flag("inactive", "list inactive interfaces"),
            .flag("all", "list inactive & active interfaces"), .json,
        ]
    ) { session, arguments in
        try arguments.exclude("all", "inactive")
        var flags: ConnectListAllInterfacesFlags = arguments.has("inactive") ? .inactive : .active
        if arguments.has("all") { flags = [.active, .inactive] }
        let connection = try await session.connected()
        let interfaces = try await list(connection, flags)
        var table = Table("Name", "State", "MAC Address")
        for interface in interfaces.sorted(by: {
            $0.reference.name.lowercased() < $1.reference.name.lowercased()
        }) {
            let state = try await interface.isActive() ? "active" : "inactive"
            table.add(interface.reference.name, state, interface.reference.mac)
        }
        session.output.print(table)
    }

    /// A driver without interfaces is asked the old way too, and that is what is told.
    private static func list(
        _ connection: Connection, _ flags: ConnectListAllInterfacesFlags
    ) async throws -> [Interface] {
        do throws(VirtError) {
            return try await connection.listAllInterfaces(flags: flags)
        } catch {
            if error.code != .noSupport { throw Failure("Failed to list interfaces", because: error) }
            let call =
                flags.contains(.active) ? "virConnectNumOfInterfaces" : "virConnectNumOfDefinedInterfaces"
            let which = flags.contains(.active) ? "active" : "inactive"
            throw Failure("Failed to list \(which) interfaces", because: VirtError.notSupported(call))
        }
    }

    static let ifaceDumpxml = Command(
        "iface-dumpxml", "interface information in XML",
        description: "Print an interface of the host as XML.",
        options: [.interface, .flag("inactive", "show inactive defined XML")] + .xmlSelection
    ) { session, arguments in
        let interface = try await session.interface(arguments)
        try session.print(
            xml: try await interface.xmlDesc(flags: arguments.has("inactive") ? .inactive : []), arguments)
    }

    static let ifaceMAC = Command(
        "iface-mac", "convert an interface name to interface MAC address",
        description: "Print the MAC address of an interface.",
        options: [.required("interface", "interface name", complete: .interfaces)]
    ) { session, arguments in
        session.output.print(try await session.interface(arguments, byMAC: false).reference.mac + "\n")
    }

    static let ifaceName = Command(
        "iface-name", "convert an interface MAC address to interface name",
        description: "Print the name of an interface.", options: [.required("interface", "interface mac")]
    ) { session, arguments in
        session.output.print(try await session.interface(arguments, byName: false).reference.name + "\n")
    }
}
