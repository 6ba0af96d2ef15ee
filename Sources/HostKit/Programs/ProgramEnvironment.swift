import LinuxSystem

/// What a program finds in its environment whose home is a folder of its own.
public enum ProgramEnvironment {
    /// The variables in libvirt's order: its own folders, and programs where the daemon finds its own.
    public static func variables(home folder: String) -> [(name: String, value: String)] {
        [
            ("LC_ALL", "C"), ("PATH", ThisProcess.environment("PATH") ?? usualPath), ("HOME", folder),
            ("XDG_DATA_HOME", folder + "/.local/share"), ("XDG_CACHE_HOME", folder + "/.cache"),
            ("XDG_CONFIG_HOME", folder + "/.config"),
        ]
    }

    private static let usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
