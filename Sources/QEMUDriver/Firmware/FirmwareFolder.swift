import JSON
import LinuxSystem

/// The firmware descriptors of the host, as QEMU's `docs/interop/firmware.json` has them.
enum FirmwareFolder {
    /// The folders in which descriptors stand; one in a later folder hides its namesake in an earlier one.
    private static let folders = ["/usr/share/qemu/firmware", "/etc/qemu/firmware"]

    /// All descriptors in the order of their names, in which they are preferred; may wait.
    static func descriptors() -> [FirmwareDescriptor] {
        var paths: [String: String] = [:]
        for folder in folders {
            for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasSuffix(".json") {
                paths[name] = "\(folder)/\(name)"
            }
        }
        return paths.sorted { $0.key < $1.key }.compactMap { read($0.value) }
    }

    private static func read(_ path: String) -> FirmwareDescriptor? {
        guard let text = try? FileSystem.readText(path), let document = try? JSONValue(parsing: text) else {
            return nil
        }
        return FirmwareDescriptor(path: path, document)
    }
}
