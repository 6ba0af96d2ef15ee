/// Which Roost this is, and which libvirt it stands for.
enum ProgramVersion {
    static let text = "0.1.0"
    /// The libvirt whose interface it has.
    static let libvirt = "11.3.0"

    /// What `--version=long` prints.
    static let details = """
        Roost command line tool \(text), with the interface of libvirt \(libvirt)

        Compiled with support for:
         Hypervisors: QEMU/KVM Test
         Networking: Remote
         Miscellaneous: Daemon

        """
}
