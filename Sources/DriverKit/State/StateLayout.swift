import LinuxSystem

/// Where the files of a running system are.
public struct StateLayout: Sendable, Equatable {
    /// Definitions and configuration.
    public var configuration: String
    /// What lives as long as the host is up: sockets, records of running guests.
    public var run: String
    /// What must not be lost.
    public var library: String
    public var logs: String
    /// What can be made again.
    public var cache: String

    /// Everything below one folder.
    public init(root: String) {
        configuration = root + "/etc"
        run = root + "/run"
        library = root + "/var/lib"
        logs = root + "/var/log"
        cache = root + "/var/cache"
    }

    /// The places of a system daemon.
    public static var system: StateLayout {
        StateLayout(
            configuration: "/etc/roost", run: "/run/roost", library: "/var/lib/roost", logs: "/var/log/roost",
            cache: "/var/cache/roost")
    }

    /// The places of an ordinary user's daemon, by the XDG rules.
    public static var session: StateLayout {
        let home = ThisProcess.environment("HOME") ?? "/"
        func folder(_ variable: String, _ fallback: String) -> String {
            (ThisProcess.environment(variable) ?? home + fallback) + "/roost"
        }
        let run = (ThisProcess.environment("XDG_RUNTIME_DIR") ?? "/run/user/\(ThisProcess.user)") + "/roost"
        let cache = folder("XDG_CACHE_HOME", "/.cache")
        return StateLayout(
            configuration: folder("XDG_CONFIG_HOME", "/.config"), run: run,
            library: folder("XDG_DATA_HOME", "/.local/share"), logs: cache + "/log", cache: cache)
    }

    private init(configuration: String, run: String, library: String, logs: String, cache: String) {
        (self.configuration, self.run, self.library) = (configuration, run, library)
        (self.logs, self.cache) = (logs, cache)
    }

    /// Makes the folders that are missing; may wait.
    public func make() throws(SystemError) {
        for folder in [configuration, run, library, logs, cache] {
            try FileSystem.makeDirectory(folder, mode: 0o711, parents: true)
        }
    }
}
