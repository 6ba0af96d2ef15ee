import ByteText
import JSON
import LinuxSystem
import QEMUModel

extension VhostUserDescriptor {
    /// The descriptors in folders, in the order of their names; one in a later folder hides its namesake in an earlier
    /// one. May wait.
    static func all(in folders: [String]) -> [VhostUserDescriptor] {
        var paths: [String: String] = [:]
        for folder in folders {
            for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasByteSuffix(".json") {
                paths[name] = "\(folder)/\(name)"
            }
        }
        return paths.sorted { $0.key < $1.key }.compactMap { entry in
            guard let text = try? FileSystem.readText(entry.value) else { return nil }
            return (try? JSONValue(parsing: text)).flatMap(VhostUserDescriptor.init)
        }
    }

    /// Where descriptors stand, the later ones first.
    static let folders = ["/usr/share/qemu/vhost-user", "/etc/qemu/vhost-user"]
}
