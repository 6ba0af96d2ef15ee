import Roost
import Virt

extension XMLQuery {
    /// The disk whose target or source is `path`.
    func disk(_ path: String) throws -> Node {
        let found = try nodes("./devices/disk").first { disk in
            disk.string("./target/@dev") == path
                || ["file", "dev", "dir", "name"].contains { disk.string("./source/@\($0)") == path }
        }
        guard let found else { throw Failure("No disk found whose source path or target is \(path)") }
        return found
    }
}

extension Domain {
    /// The document that a change with these flags starts from.
    func document(for flags: DomainDeviceModifyFlags) async throws -> XMLQuery {
        let isInactive = flags == .config
        return try XMLQuery(try await xmlDesc(flags: isInactive ? .inactive : []), keepsBlanks: true)
    }
}

extension Command {
    static let detachDisk = Command(
        "detach-disk", "detach disk device", description: "Take a disk from a domain.",
        options: [.domain, .required("target", "target of disk device", complete: .disks)] + .deviceImpact
            + [.flag("print-xml", "print XML document rather than detach the disk")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let flags = try await arguments.deviceImpact(of: domain)
        let document = try await domain.document(for: flags)
        let xml = try document.disk(try arguments.required("target")).xml()
        if arguments.has("print-xml") { return session.output.print(xml) }
        try await explaining("Failed to detach disk") {
            try await domain.detach(xml, flags, isCurrent: arguments.has("current"))
        }
        session.output.note("Disk detached successfully\n")
    }
}

extension Completer {
    /// The targets and sources of a domain's disks.
    static let disks = Completer.domainXML("./devices/disk/target/@dev")
}
