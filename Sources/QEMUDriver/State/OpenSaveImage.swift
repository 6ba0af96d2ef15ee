import DriverKit
import LinuxSystem
import QEMUModel
import Virt

/// A file with the state of a guest, open where QEMU's words begin.
struct OpenSaveImage: Sendable {
    let path: String
    var image: SaveImage
    let descriptor: Descriptor

    /// Reads what a file begins with. May wait.
    ///
    /// - Parameter forWriting: what it says is to be changed.
    init(_ path: String, forWriting: Bool = false) throws(VirtError) {
        let file = try VirtError.reporting("Failed to open file '\(path)'", from: .qemu) {
            () throws(SystemError) in
            try FileSystem.open(path, [forWriting ? .readWrite : .readOnly, .nonBlocking])
        }
        let result = Self.read(file, path)
        (self.path, descriptor, image) = (path, file, try result.get())
        try VirtError.reporting("Failed to read file '\(path)'", from: .qemu) { () throws(SystemError) in
            try file.setNonBlocking(false)
            try file.move(to: image.header.stateOffset)
        }
    }

    private static func read(_ file: Descriptor, _ path: String) -> Result<SaveImage, VirtError> {
        do {
            let header = try SaveImageHeader(file.readFully(at: 0, SaveImageHeader.length))
            let data = try file.readFully(at: UInt64(SaveImageHeader.length), Int(header.dataLength))
            return .success(try SaveImage(header, data: data))
        } catch let error as SaveImageError {
            return .failure(VirtError(.operationFailed, error.message, from: .qemu))
        } catch let error as SystemError {
            return .failure(VirtError(error, "Failed to read file '\(path)'"))
        } catch {
            return .failure(VirtError(.internalError, "\(error)", from: .qemu))
        }
    }

    /// Writes what the file begins with anew. May wait.
    func rewrite() throws(VirtError) {
        let bytes: [UInt8]
        do throws(SaveImageError) { bytes = try image.bytes() } catch {
            throw VirtError(.operationFailed, error.message, from: .qemu)
        }
        try VirtError.reporting("failed to write header data to '\(path)'", from: .qemu) {
            () throws(SystemError) in
            try descriptor.write(bytes, at: 0)
            try descriptor.synchronize()
        }
    }
}

extension Descriptor {
    /// What stands at a place of the file: so many bytes, or as many as there are.
    fileprivate func readFully(at offset: UInt64, _ count: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try read(at: offset + UInt64(bytes.count), atMost: count - bytes.count)
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}
