import ByteText
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
            for line in text.split(atByte: "\n") {
                guard let (name, value) = line.cut(atByte: "="), name.trimmingBlanks() == "uri_default",
                    let quote = value.trimmingBlanks().utf8.first, "\"'".utf8.contains(quote)
                else { continue }
                return String(Substring(value.trimmingBlanks().utf8.dropFirst().prefix { $0 != quote }))
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

/// A user's own folders, as XDG names them.
enum UserFolders {
    static var home: String? { ThisProcess.environment("HOME") }
    static var configuration: String? { folder("XDG_CONFIG_HOME", ".config") }
    static var cache: String? { folder("XDG_CACHE_HOME", ".cache") }

    private static func folder(_ variable: String, _ fallback: String) -> String? {
        if let path = ThisProcess.environment(variable), path.hasBytePrefix("/") { return path }
        return home.map { $0 + "/" + fallback }
    }
}
