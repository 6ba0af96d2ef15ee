import ByteText
import VirtXML

extension FilesystemDevice {
    /// Whether the daemon runs the program that serves the folder.
    package var isServedByDaemon: Bool { driver?.type == "virtiofs" && source.socket == nil }
}

extension DomainDefinition {
    /// Notes which program serves each shared folder for which none was chosen.
    package mutating func chooseFolderServers(_ descriptors: [VhostUserDescriptor]) {
        guard let found = descriptors.first(where: { $0.type == "fs" }) else { return }
        for index in devices.filesystems.indices where devices.filesystems[index].isServedByDaemon {
            var binary = devices.filesystems[index].binary ?? FilesystemDevice.Binary()
            if binary.path == nil { binary.path = found.binary }
            devices.filesystems[index].binary = binary
        }
    }
}

extension QEMUGuest {
    /// The program that serves a shared folder.
    func virtiofsd(_ folder: FilesystemDevice, _ host: HelperHost) throws(ConfigurationError)
        -> HelperProcess?
    {
        guard folder.isServedByDaemon else { return nil }
        let alias = try alias(of: folder.info)
        let program = try server(of: folder, host)
        guard let source = folder.source.path else {
            throw .xml("a virtiofs filesystem has no source directory")
        }
        guard host.isFolder(source) else {
            throw .internal("the virtiofs export directory '\(source)' does not exist")
        }
        var helper = HelperProcess(
            .virtiofsd, of: alias, path: program, log: log(alias + "-virtiofsd", host))
        helper.runsAs = .daemon
        helper.socket = .listening(path: resources.virtiofsSocket(alias))
        helper.arguments = ["--fd=\(HelperProcess.socketNumber)"]
        if host.features(program).contains("separate-options") {
            helper.arguments += try words(folder, source)
        } else {
            helper.arguments += ["-o", try options(folder, source)]
        }
        if let size = folder.binary?.threadPoolSize { helper.arguments.append("--thread-pool-size=\(size)") }
        if let files = folder.binary?.openFiles { helper.arguments.append("--rlimit-nofile=\(files)") }
        try addMaps(folder, to: &helper)
        return helper
    }

    private func server(of folder: FilesystemDevice, _ host: HelperHost) throws(ConfigurationError) -> String
    {
        if let path = folder.binary?.path {
            guard path.hasBytePrefix("/"), host.isExecutable(path) else {
                throw .internal("virtiofsd binary '\(path)' is not executable")
            }
            return path
        }
        if let found = host.vhostUser.first(where: { $0.type == "fs" }) { return found.binary }
        throw .unsupported(
            "Unable to find a satisfying virtiofsd: install \(HelperProgram.virtiofsd.package), or name the program in <binary path='…'/>"
        )
    }

    /// The form that older programs understand: one list.
    private func options(_ folder: FilesystemDevice, _ source: String) throws(ConfigurationError) -> String {
        var options = HelperOptions(for: .virtiofsd)
        try options.add("source", source)
        if let cache = try cache(folder) { try options.add("cache", cache) }
        if let sandbox = try sandbox(folder) { try options.add("sandbox", sandbox) }
        func add(_ name: String, _ isOn: Bool?) throws(ConfigurationError) {
            if let isOn { try options.add(word: isOn ? name : "no_" + name) }
        }
        try add("xattr", folder.binary?.xattr)
        try add("flock", folder.binary?.flock)
        try add("posix_lock", folder.binary?.posixLock)
        if folder.readonly { throw .unsupported("virtiofs does not yet support read-only mode") }
        return options.text
    }

    /// The form that today's programs understand: an option a word.
    private func words(_ folder: FilesystemDevice, _ source: String) throws(ConfigurationError) -> [String] {
        var words = ["--shared-dir=\(source)"]
        if let cache = try cache(folder) { words.append("--cache=\(cache)") }
        if let sandbox = try sandbox(folder) { words.append("--sandbox=\(sandbox)") }
        if folder.binary?.xattr == true { words.append("--xattr") }
        if folder.readonly { words.append("--readonly") }
        if folder.binary?.flock != nil || folder.binary?.posixLock != nil {
            throw .unsupported("this virtiofsd binary has no options for locks")
        }
        return words
    }

    private func cache(_ folder: FilesystemDevice) throws(ConfigurationError) -> String? {
        try known(folder.binary?.cacheMode, ["none", "always", "auto", "metadata", "never"], "cache mode")
    }

    private func sandbox(_ folder: FilesystemDevice) throws(ConfigurationError) -> String? {
        try known(folder.binary?.sandboxMode, ["namespace", "chroot"], "sandbox mode")
    }

    private func known(
        _ value: String?, _ values: [String], _ what: String
    ) throws(ConfigurationError) -> String? {
        guard let value else { return nil }
        guard values.contains(value) else {
            throw .xml("unknown \(what) '\(value)' of a virtiofs filesystem")
        }
        return value
    }

    private func addMaps(_ folder: FilesystemDevice, to helper: inout HelperProcess)
        throws(ConfigurationError)
    {
        for map in folder.idmap?.users ?? [] {
            helper.arguments.append("--uid-map=:\(map.start):\(map.target):\(map.count):")
        }
        for map in folder.idmap?.groups ?? [] {
            helper.arguments.append("--gid-map=:\(map.start):\(map.target):\(map.count):")
        }
    }
}
