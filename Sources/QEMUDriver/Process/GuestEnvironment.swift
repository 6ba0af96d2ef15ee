import LinuxSystem

/// What a guest's QEMU finds in its environment: its own folders, and programs where the daemon finds its own.
enum GuestEnvironment {
    /// The variables in libvirt's order, for a guest whose folder is `folder`.
    static func variables(_ folder: String) -> [(name: String, value: String)] {
        [
            ("LC_ALL", "C"), ("PATH", ThisProcess.environment("PATH") ?? usualPath), ("HOME", folder),
            ("XDG_DATA_HOME", folder + "/.local/share"), ("XDG_CACHE_HOME", folder + "/.cache"),
            ("XDG_CONFIG_HOME", folder + "/.config"),
        ]
    }

    private static let usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
