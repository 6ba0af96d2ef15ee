import JSON
import QEMUModel

extension Corpus {
    /// The firmware of the host that the data was made on.
    package static let firmware: [FirmwareDescriptor] = {
        let folder = "support/qemufirmwaredata/usr/share/qemu/firmware"
        let masked = Set(
            names(in: "support/qemufirmwaredata/etc/qemu/firmware").filter { name in
                bytes("support/qemufirmwaredata/etc/qemu/firmware/\(name)")?.isEmpty == true
            })
        return names(in: folder).filter { !masked.contains($0) }.compactMap { name in
            guard let bytes = bytes("\(folder)/\(name)"), let document = try? JSONValue(parsing: bytes)
            else { return nil }
            return FirmwareDescriptor(path: "/usr/share/qemu/firmware/\(name)", document)
        }
    }()
}
