import ByteText
import LinuxSystem
import Roost
import Virt

extension Session {
    /// The text of a file that a person named.
    func read(file path: String) async throws -> String {
        do throws(SystemError) {
            return try await Blocking.run { () throws(SystemError) in
                try FileSystem.readText(path, limit: 10 << 20)
            }
        } catch {
            throw Failure("Failed to open file '\(path)': \(error.reason)")
        }
    }
}

extension Session {
    /// Tells people which elements of a document have had no effect.
    fileprivate func warnOfDropped(from given: String, in domain: Domain, _ flags: DomainXMLFlags) async {
        if output.isQuiet { return }
        guard let result = try? await domain.xml(flags) else { return }
        output.warnings(DroppedElements.warnings(given: given, result: result))
    }
}

extension Arguments {
    /// The descriptors of `--pass-fds`.
    fileprivate func passedFiles() throws -> [Descriptor] {
        guard let text = try string("pass-fds") else { return [] }
        return try text.split(atByte: ",").map { word in
            guard let number = Int32(word), number >= 0 else {
                throw Failure("Unable to parse FD number '\(word)'")
            }
            return try Descriptor.duplicate(number)
        }
    }

    /// What `create` and `start` have in common.
    fileprivate func createFlags() -> DomainCreateFlags {
        var flags: DomainCreateFlags = []
        if has("paused") { flags.insert(.startPaused) }
        if has("autodestroy") { flags.insert(.startAutodestroy) }
        if has("bypass-cache") { flags.insert(.startBypassCache) }
        if has("force-boot") { flags.insert(.startForceBoot) }
        if has("validate") { flags.insert(.startValidate) }
        if has("reset-nvram") { flags.insert(.startResetNvram) }
        return flags
    }
}

extension [CommandOption] {
    fileprivate static let beginning: [CommandOption] = [
        .flag("console", "attach to the console after creation"),
        .flag("paused", "leave the guest paused after creation"),
        .flag("autodestroy", "stop the guest when this connection ends"),
    ]
}

extension Command {
    static let define = Command(
        "define", "define (but don't start) a domain from an XML file",
        description: "Define a domain, or change its definition.",
        options: [
            .required("file", "file with the XML of the domain", complete: .path),
            .flag("validate", "check the XML against the schema"),
        ]
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let domain = try await explaining("Failed to define domain from \(file)") {
            arguments.has("validate")
                ? try await connection.domainDefineXMLFlags(xml: xml, flags: .validate)
                : try await connection.domainDefineXML(xml: xml)
        }
        session.output.note("Domain '\(domain.reference.name)' defined from \(file)\n")
        await session.warnOfDropped(from: xml, in: domain, .inactive)
    }

    static let create = Command(
        "create", "create a domain from an XML file",
        description: "Start a domain that is gone when it stops, unless its name is defined already.",
        options: [.required("file", "file with the XML of the domain", complete: .path)] + .beginning + [
            .value("pass-fds", "pass file descriptors N,M,... to the guest"),
            .flag("validate", "check the XML against the schema"),
            .flag("reset-nvram", "begin with fresh variables of the firmware"),
        ]
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let files = try arguments.passedFiles()
        let connection = try await session.connected()
        let flags = arguments.createFlags()
        let domain = try await explaining("Failed to create domain from \(file)") {
            files.isEmpty
                ? try await connection.domainCreateXML(xml: xml, flags: flags)
                : try await connection.domainCreateXMLWithFiles(xml: xml, flags: flags, files: files)
        }
        session.output.note("Domain '\(domain.reference.name)' created from \(file)\n")
        await session.warnOfDropped(from: xml, in: domain, [])
        if arguments.has("console") { try await session.runConsole(domain, device: nil, flags: []) }
    }

    static let start = Command(
        "start", "start a (previously defined) inactive domain",
        description: "Boot a domain, or continue from its managed save image.",
        options: [.required("domain", "name of the inactive domain", complete: .domains([.inactive]))]
            + .beginning + [
                .flag("bypass-cache", "avoid the file system's cache when loading"),
                .flag("force-boot", "boot afresh, without the managed save image"),
                .value("pass-fds", "pass file descriptors N,M,... to the guest"),
                .flag("reset-nvram", "begin with fresh variables of the firmware"),
            ]
    ) { session, arguments in
        let domain = try await session.domain(arguments, by: [.name, .uuid])
        if domain.reference.id != -1 { throw Failure("Domain is already active") }
        let files = try arguments.passedFiles()
        let flags = arguments.createFlags()
        try await explaining("Failed to start domain '\(domain.reference.name)'") {
            if !files.isEmpty {
                _ = try await domain.createWithFiles(flags: flags, files: files)
            } else if flags.isEmpty {
                try await domain.create()
            } else {
                try await domain.start(flags)
            }
        }
        session.output.note("Domain '\(domain.reference.name)' started\n")
        if arguments.has("console") { try await session.runConsole(domain, device: nil, flags: []) }
    }
}

extension Domain {
    /// Starts it. A driver that can't pass its saved state over has it removed before.
    fileprivate func start(_ flags: DomainCreateFlags) async throws(VirtError) {
        do throws(VirtError) { _ = try await createWithFlags(flags: flags) } catch {
            guard flags.contains(.startForceBoot), error.code == .noSupport || error.code == .invalidArg
            else {
                throw error
            }
            if try await hasManagedSaveImage(flags: 0) > 0 { try await managedSaveRemove(flags: 0) }
            _ = try await createWithFlags(flags: flags.subtracting(.startForceBoot))
        }
    }
}
