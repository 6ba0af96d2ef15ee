import ByteText
import JSON
import LinuxSystem
import QEMUModel
import Synchronization

/// The firmware descriptors of the host, as QEMU's `docs/interop/firmware.json` has them; read again only when one of
/// their folders has changed.
enum FirmwareFolder {
    /// The folders in which descriptors stand; one in a later folder hides its namesake in an earlier one.
    private static let folders = ["/usr/share/qemu/firmware", "/etc/qemu/firmware"]

    private struct Known {
        var descriptors: [FirmwareDescriptor]
        var modified: [Int64?]
    }

    private static let known = Mutex<Known?>(nil)

    /// All descriptors in the order of their names, in which they are preferred; may wait.
    static func descriptors() -> [FirmwareDescriptor] {
        let modified = folders.map { try? FileSystem.status(of: $0).modified }
        if let known = known.withLock({ $0 }), known.modified == modified { return known.descriptors }
        let read = readAll()
        known.withLock { $0 = Known(descriptors: read, modified: modified) }
        return read
    }

    private static func readAll() -> [FirmwareDescriptor] {
        var paths: [String: String] = [:]
        for folder in folders {
            for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasByteSuffix(".json") {
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
