import JSON
import PublishedData
import QEMUModel

extension Published {
    /// The firmware of the host that the data was made on.
    package static let firmware: [FirmwareDescriptor] = {
        let folder = "support/qemufirmwaredata/usr/share/qemu/firmware"
        let masked = Set(
            names(in: "support/qemufirmwaredata/etc/qemu/firmware").filter { name in
                bytes("support/qemufirmwaredata/etc/qemu/firmware/\(name)")?.isEmpty == true
            })
        return names(in: folder).filter { !masked.contains($0) }.compactMap { name in
            bytes("\(folder)/\(name)").flatMap { FirmwareDescriptor(called: name, $0) }
        }
    }()
}

extension FirmwareDescriptor {
    /// What a file of this name says, which stands where all do.
    init?(called name: String, _ text: some Sequence<UInt8>) {
        guard let document = try? JSONValue(parsing: Array(text)) else { return nil }
        self.init(path: "/usr/share/qemu/firmware/\(name)", document)
    }
}
