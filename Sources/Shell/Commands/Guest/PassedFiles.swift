import LinuxSystem
import Roost
import Virt

/// What is handed over as open files, or taken from open files.
extension Command {
    static let domFDAssociate = Command(
        "dom-fd-associate", "associate a FD with a domain",
        description: "Hand over open files for a domain's devices to use, under a name that its XML has.",
        options: [
            .domain, .required("name", "name of the FD group"),
            .required("pass-fds", "file descriptors N,M,... to associate"),
            .flag("seclabel-writable", "use seclabels allowing writes"),
            .flag("seclabel-restore", "try to restore security label after use if possible"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = try arguments.required("name")
        var flags: DomainFDAssociateFlags = []
        if arguments.has("seclabel-restore") { flags.insert(.restore) }
        if arguments.has("seclabel-writable") { flags.insert(.writable) }
        try await domain.fdAssociate(name: name, flags: flags, files: try arguments.files("pass-fds"))
    }

    static let domdisplayReload = Command(
        "domdisplay-reload", "Reload domain's graphics display certificates",
        description: "Have a guest's display read its certificates anew.",
        options: [.domain([.active]), .value("type", "graphics display type", type: .number)]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        try await domain.graphicsReload(type: arguments.number("type") ?? 0, flags: 0)
    }

    static let lxcEnterNamespace = Command(
        "lxc-enter-namespace", "LXC Guest Enter Namespace",
        description: "Run a command inside a container. Only LXC has containers, and Roost hasn't LXC.",
        options: [
            .domain([.active]), .flag("noseclabel", "Do not change process security label"),
            .rest("cmd", "command to run", isRequired: true),
        ]
    ) { session, arguments in
        _ = try await session.domain(arguments).openNamespace(flags: 0)
    }
}
