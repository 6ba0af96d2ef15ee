import LinuxSystem
import Roost
import Virt

extension Command {
    static let save = Command(
        "save", "save a domain state to a file",
        description: "Write a running domain to a file, and end it. 'restore' continues from there.",
        options: [
            .domain([.active]), .required("file", "file to write to", complete: .path),
            .flag("bypass-cache", "avoid the file system's cache when writing"),
            .named("parallel-channels", "how many writers there are", type: .number),
            .named("image-format", "format of the file", complete: .words(saveFormats)),
            .named("xml", "file with the XML that it is to be restored with", complete: .path),
        ] + .stateAfterwards + [.flag("verbose", "show how far it is")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let file = try arguments.required("file")
        let path = try absolutePath(file)
        let flags = arguments.saveFlags()
        let document = try await session.document(arguments, "xml")
        let parameters = try arguments.saveParameters(path, document)
        try await session.watching(domain, "Save", arguments) {
            try await explaining("Failed to save domain '\(domain.reference.name)' to \(file)") {
                if let parameters {
                    try await domain.saveParams(parameters: parameters, flags: flags)
                } else if flags.isEmpty && document == nil {
                    try await domain.save(to: path)
                } else {
                    try await domain.saveFlags(to: path, dxml: document, flags: flags)
                }
            }
        }
        session.output.note("\nDomain '\(domain.reference.name)' saved to \(file)\n")
    }

    static let restore = Command(
        "restore", "restore a domain from a saved state in a file",
        description: "Start a domain from the file that it was saved to.",
        options: [
            .required("file", "file to read", complete: .path),
            .flag("bypass-cache", "avoid the file system's cache when reading"),
            .named("parallel-channels", "how many readers there are", type: .number),
            .named("xml", "file with the XML that it is to have", complete: .path),
        ] + .stateAfterwards + [.flag("reset-nvram", "begin with fresh variables of the firmware")]
    ) { session, arguments in
        let file = try arguments.required("file")
        let path = try absolutePath(file)
        var flags = arguments.saveFlags()
        if arguments.has("reset-nvram") { flags.insert(.resetNvram) }
        let document = try await session.document(arguments, "xml")
        let parameters = try arguments.saveParameters(path, document)
        let connection = try await session.connected()
        try await explaining("Failed to restore domain from \(file)") {
            if let parameters {
                try await connection.domainRestoreParams(parameters: parameters, flags: flags)
            } else if flags.isEmpty && document == nil {
                try await connection.domainRestore(from: path)
            } else {
                try await connection.domainRestoreFlags(from: path, dxml: document, flags: flags)
            }
        }
        session.output.note("Domain restored from \(file)\n")
    }
}

private let saveFormats = ["raw", "gzip", "bzip2", "xz", "lzop", "zstd", "sparse"]

extension [CommandOption] {
    /// Whether a guest runs once it is there again.
    static let stateAfterwards: [CommandOption] = [
        .flag("running", "the domain runs once it is restored"),
        .flag("paused", "the domain is paused once it is restored"),
    ]
}

extension Arguments {
    /// Whether a guest is to run once it is there again.
    func restoreFlags() -> DomainSaveRestoreFlags {
        var flags: DomainSaveRestoreFlags = []
        if has("running") { flags.insert(.running) }
        if has("paused") { flags.insert(.paused) }
        return flags
    }

    /// The same, and how the file is written or read.
    func saveFlags() -> DomainSaveRestoreFlags {
        has("bypass-cache") ? restoreFlags().union(.bypassCache) : restoreFlags()
    }

    /// All that is said of a file, where older calls have no place for some of it; else nil.
    fileprivate func saveParameters(_ path: String, _ document: String?) throws -> [TypedParameter]? {
        var parameters = [TypedParameter("file", .string(path))]
        if let document { parameters.append(TypedParameter("dxml", .string(document))) }
        let usual = parameters.count
        if let channels = try number("parallel-channels", as: Int32.self) {
            parameters.append(TypedParameter("parallel.channels", .int(channels)))
        }
        if command.option("image-format") != nil, let format = try string("image-format") {
            parameters.append(TypedParameter("image_format", .string(format)))
        }
        return parameters.count == usual ? nil : parameters
    }
}

/// A path that means the same to the daemon.
func absolutePath(_ path: String) throws -> String {
    path.utf8.first == UInt8(ascii: "/") ? path : try FileSystem.realPath(".") + "/" + path
}

extension Session {
    /// The XML in the file that an option names; nil without the option.
    fileprivate func document(_ arguments: Arguments, _ option: String) async throws -> String? {
        guard let file = try arguments.string(option) else { return nil }
        return try await read(file: file)
    }

    /// Does something long with a domain. With `--verbose` it shows how far it is; Ctrl-C ends it.
    func watching(
        _ domain: Domain, _ label: String, _ arguments: Arguments,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let deafen = Interrupts.shared.listen { Task { try? await domain.abortJob() } }
        defer { deafen() }
        guard arguments.has("verbose") else { return try await body() }
        let (turns, feed) = AsyncStream.makeStream(of: Void.self)
        let work = Task {
            defer { feed.finish() }
            try await body()
        }
        let clock = Task {
            while (try? await Task.sleep(for: .milliseconds(500))) != nil { feed.yield() }
        }
        defer { clock.cancel() }
        for await _ in turns {
            guard let info = try? await domain.jobInfo(), info.dataTotal > 0 else { continue }
            let done = Double(info.dataTotal &- info.dataRemaining) / Double(info.dataTotal) * 100
            let text = min(done, 99.99).text(digits: 2)
            output.print("\r\(label): [\(text.utf8.count < 5 ? " " : "")\(text) %]")
            output.flush()
        }
        try await work.value
        output.print("\r\(label): [100.00 %]")
    }
}
