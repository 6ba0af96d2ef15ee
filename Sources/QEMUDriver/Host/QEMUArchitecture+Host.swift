import LinuxSystem
import QEMUModel

extension QEMUArchitecture {
    /// Where the binary for an architecture stands, if there is one; may wait on the disk.
    static func emulator(for name: String, in folder: String = "/usr/bin") -> String? {
        [name, binary(name)].map { "\(folder)/qemu-system-\($0)" }.first(where: FileSystem.exists)
    }

    /// The binaries in a folder, by the architectures whose guests they run; may wait on the disk.
    static func emulators(in folder: String = "/usr/bin") -> [(architecture: String, path: String)] {
        listed.compactMap { name in emulator(for: name, in: folder).map { (name, $0) } }
    }
}
