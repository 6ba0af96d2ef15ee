import LinuxSystem

/// The hypervisor that is meant when none is named.
enum DefaultURI {
    /// From the environment, else from the client's configuration, else what the daemon of this user offers.
    static func find() -> String {
        if let uri = ThisProcess.environment("LIBVIRT_DEFAULT_URI"), !uri.isEmpty { return uri }
        return configured() ?? (ThisProcess.isRoot ? "qemu:///system" : "qemu:///session")
    }

    /// `uri_default = "…"` of the client's configuration file.
    private static func configured() -> String? {
        for path in configurationFiles() {
            guard let text = try? FileSystem.readText(path) else { continue }
            for line in text.split(whereSeparator: \.isNewline) {
                let parts = line.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].trimmed == "uri_default" else { continue }
                let value = parts[1].trimmed
                guard let quote = value.first, quote == "\"" || quote == "'" else { continue }
                return String(value.dropFirst().prefix { $0 != quote })
            }
        }
        return nil
    }

    private static func configurationFiles() -> [String] {
        if ThisProcess.isRoot && ThisProcess.environment("XDG_CONFIG_HOME") == nil {
            return ["/etc/roost/libvirt.conf", "/etc/libvirt/libvirt.conf"]
        }
        guard let folder = UserFolders.configuration else { return [] }
        return [folder + "/roost/libvirt.conf", folder + "/libvirt/libvirt.conf"]
    }
}

extension Substring {
    /// Without spaces at both ends.
    var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}

/// A user's own folders, as XDG names them.
enum UserFolders {
    static var home: String? { ThisProcess.environment("HOME") }
    static var configuration: String? { folder("XDG_CONFIG_HOME", ".config") }
    static var cache: String? { folder("XDG_CACHE_HOME", ".cache") }

    private static func folder(_ variable: String, _ fallback: String) -> String? {
        if let path = ThisProcess.environment(variable), path.hasPrefix("/") { return path }
        return home.map { $0 + "/" + fallback }
    }
}
