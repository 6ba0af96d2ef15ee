import DriverKit
import LinuxSystem
import Virt
import VirtXML

extension VolumeFile {
    /// Changes how large a file is, or the image in it.
    static func resize(
        _ volume: StoredVolume, to size: UInt64, _ flags: StorageVolResizeFlags, _ driver: StorageDriver
    ) async throws(VirtError) {
        let path = volume.path
        guard volume.definition.isRaw, volume.definition.type != .dir else {
            if flags.contains(.allocate) {
                throw VirtError(
                    .operationUnsupported, "preallocate is only supported for raw type volume", from: .storage
                )
            }
            let shrinks = size < volume.definition.capacity?.bytes ?? 0
            try await driver.requireEnd(ofChain: path)
            return try await driver.run(ImageCommand.resize(path, to: size, shrinks: shrinks))
        }
        try await Blocking.run { () throws(VirtError) in
            let file = try VirtError.reporting("Unable to open '\(path)'", from: .storage) {
                () throws(SystemError) in try LocalVolume.open(path, [.readWrite])
            }
            try VirtError.reporting("Failed to truncate file '\(path)'", from: .none) {
                () throws(SystemError) in
                guard size <= UInt64(Int64.max) else {
                    throw SystemError(call: "ftruncate", errno: 27, context: path)
                }
                let former = try file.status().size
                if flags.contains(.allocate), size > former {
                    try file.allocate(size)
                } else {
                    try file.setLength(size)
                }
                try file.synchronize()
            }
        }
    }
}
