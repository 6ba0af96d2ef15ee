import LinuxSystem
import Roost
import Virt
import VirtDriver

extension Command {
    static let dump = Command(
        "dump", "dump the core of a domain to a file for analysis",
        description: "Write the memory of a running domain to a file, for a debugger.",
        options: [
            .domain([.active]), .required("file", "file to write to", complete: .path),
            .flag("live", "let the domain run meanwhile"), .flag("crash", "end the domain afterwards"),
            .flag("bypass-cache", "avoid the file system's cache when writing"),
            .flag("reset", "reset the domain afterwards"), .flag("verbose", "show how far it is"),
            .flag("memory-only", "write nothing but memory and registers"),
            .named("format", "format of a memory-only dump", complete: .words(dumpFormats)),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let file = try arguments.required("file")
        let path = try absolutePath(file)
        let flags = arguments.dumpFlags()
        let format = try arguments.dumpFormat()
        try await session.watching(domain, "Dump", arguments) {
            try await explaining("Failed to core dump domain '\(domain.reference.name)' to \(file)") {
                if let format {
                    try await domain.coreDumpWithFormat(to: path, dumpformat: format, flags: flags)
                } else {
                    try await domain.coreDump(to: path, flags: flags)
                }
            }
        }
        session.output.note("\nDomain '\(domain.reference.name)' dumped to \(file)\n")
    }

    static let screenshot = Command(
        "screenshot", "take a screenshot of a current domain console and store it into a file",
        description: "Write what a domain shows on its screen to a file.",
        options: [
            .domain([.active]), .value("file", "file to write to", complete: .path),
            .value("screen", "number of the screen", type: .number),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        let screen = try arguments.number("screen", as: UInt32.self) ?? 0
        let (mime, stream) = try await explaining("could not take a screenshot of \(name)") {
            try await domain.screenshot(screen: screen, flags: 0)
        }
        let file = try arguments.string("file") ?? screenshotName(name, mime)
        let target = try await Blocking.run {
            try? FileSystem.open(file, [.writeOnly, .create, .truncate], mode: 0o666)
        }.orThrow(Failure("cannot create file \(file)"))
        do {
            try await FileFlow(target, isSparse: false).receive(from: stream)
        } catch {
            await stream.abort()
            throw Failure("could not receive data from domain '\(name)'", because: error)
        }
        try await explaining("cannot close stream on domain '\(name)'") { try await stream.finish() }
        session.output.note("Screenshot saved to \(file), with type of \(mime ?? "unknown")")
    }

    static let qemuAttach = Command(
        "qemu-attach", "QEMU Attach", description: "Take over a QEMU that somebody else has started.",
        options: [.required("pid", "pid")]
    ) { session, arguments in
        guard let pid = try arguments.number("pid", as: UInt32.self) else { return }
        let connection = try await session.connected()
        let domain = try await explaining("Failed to attach to pid \(pid)") {
            if pid == 0 { throw Failure("pid_value in virDomainQemuAttach must not be zero") }
            return try await connection.domainAttach(pid: pid, flags: 0)
        }
        session.output.note("Domain '\(domain.reference.name)' attached to pid \(pid)\n")
    }
}

private let dumpFormats = ["elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp"]

/// A name for a screenshot that was given none.
private func screenshotName(_ domain: String, _ mime: String?) -> String {
    let ending = ["image/png": ".png", "image/x-portable-pixmap": ".ppm"][mime ?? ""] ?? ""
    return "\(domain)-\(LocalTime.now.unspaced)\(ending)"
}

extension Arguments {
    fileprivate func dumpFlags() -> DomainCoreDumpFlags {
        let flags: [(String, DomainCoreDumpFlags)] = [
            ("live", .live), ("crash", .crash), ("bypass-cache", .bypassCache), ("reset", .reset),
            ("memory-only", .memoryOnly),
        ]
        return flags.reduce(into: []) { if has($1.0) { $0.insert($1.1) } }
    }

    /// The number of the format that is wanted; nil for the usual one.
    fileprivate func dumpFormat() throws(Failure) -> UInt32? {
        guard let name = try string("format") else { return nil }
        guard has("memory-only") else { throw Failure("--format only works with --memory-only") }
        let formats: [String: DomainCoreDumpFormat] = [
            "elf": .raw, "kdump-zlib": .kdumpZlib, "kdump-lzo": .kdumpLzo, "kdump-snappy": .kdumpSnappy,
            "win-dmp": .winDmp,
        ]
        guard let format = formats[name] else {
            throw Failure(
                "format '\(name)' is not supported, expecting 'kdump-zlib', 'kdump-lzo', 'kdump-snappy', "
                    + "'win-dmp' or 'elf'")
        }
        return UInt32(clamping: format.rawValue)
    }
}
