/// What the firmware says of the machine (`/sys/class/dmi/id`), by the kernel's names.
public struct SMBIOSFacts: Sendable {
    private let files: SystemFiles

    /// nil where there is no such firmware.
    public init?(root: String = "/sys/class/dmi/id") {
        guard FileSystem.exists(root) else { return nil }
        files = SystemFiles(root: root)
    }

    /// One fact, such as `bios_vendor`; nil where it's missing or empty, or may not be read by this user.
    public subscript(name: String) -> String? {
        guard let text = files.text(name), !text.isEmpty else { return nil }
        return text
    }
}
