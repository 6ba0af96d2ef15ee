import JSON
import Roost
import Virt

extension Command {
    static let hostname = Command(
        "hostname", "print the hypervisor hostname",
        description: "Print the name of the host that the hypervisor runs on."
    ) { session, _ in
        let connection = try await session.connected()
        let name = try await explaining("failed to get hypervisor hostname") {
            try await connection.hostname()
        }
        session.output.print(name + "\n")
    }

    static let uri = Command(
        "uri", "print the hypervisor canonical URI", description: "Print the URI of the connection."
    ) { session, _ in
        session.output.print(try await session.canonicalURI() + "\n")
    }

    static let nodeinfo = Command(
        "nodeinfo", "node information", description: "Print the processors and the memory of the host.",
        options: [.json]
    ) { session, _ in
        let connection = try await session.connected()
        let info = try await explaining("failed to get node information") { try await connection.nodeInfo() }
        let fields: [(String, Cell)] = [
            ("CPU model", .text(info.model)), ("CPU(s)", .number(info.cpus)),
            ("CPU frequency", Cell("\(info.mhz) MHz", JSONValue(info.mhz))),
            ("CPU socket(s)", .number(info.sockets)), ("Core(s) per socket", .number(info.cores)),
            ("Thread(s) per core", .number(info.threads)), ("NUMA cell(s)", .number(info.nodes)),
            ("Memory size", .kibibytes(info.memory)),
        ]
        for (name, value) in fields { session.output.field(name, value, width: 20) }
    }

    static let maxvcpus = Command(
        "maxvcpus", "connection vcpu maximum", description: "Print how many virtual CPUs a domain may have.",
        options: [.value("type", "type of domain")]
    ) { session, arguments in
        let type = try arguments.string("type")
        session.output.print("\(try await session.connected().maxVcpus(type: type))\n")
    }

    static let version = Command(
        "version", "show version",
        description: "Print the versions of the client, the hypervisor and the daemon.",
        options: [.flag("daemon", "report daemon version too")]
    ) { session, arguments in
        let connection = try await session.connected()
        let type = try await explaining("failed to get hypervisor type") { try await connection.type() }
        session.output.print("Compiled against library: libvirt \(ProgramVersion.libvirt)\n")
        session.output.print("Using library: libvirt \(ProgramVersion.libvirt)\n")
        session.output.print("Using API: \(type) \(ProgramVersion.libvirt)\n")
        let version = try await explaining("failed to get the hypervisor version") {
            try await connection.version()
        }
        if version == 0 {
            session.output.print("Cannot extract running \(type) hypervisor version\n")
        } else {
            session.output.print("Running hypervisor: \(type) \(dotted(version))\n")
        }
        if arguments.has("daemon") {
            let daemon = try await explaining("failed to get the daemon version") {
                try await connection.libVersion()
            }
            session.output.print("Running against daemon: \(dotted(daemon))\n")
        }
    }
}

/// `7.2.19` of 7002019.
func dotted(_ version: UInt64) -> String {
    "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)"
}
