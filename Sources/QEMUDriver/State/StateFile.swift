import DriverKit
import Glibc
import LinuxSystem
import QEMUModel
import Virt

/// A file of the host that a guest's state is written to. Until all is in it, it stands beside its place under a name that
/// means nothing, so that nobody takes a part for the whole and what was there before is there still.
struct StateFile: Sendable {
    /// Where it is to be.
    let path: String
    /// Where it is meanwhile; the same for what is no file of its own, such as a disk.
    let part: String
    let descriptor: Descriptor

    /// Makes the file. May wait.
    static func make(_ path: String) throws(VirtError) -> StateFile {
        do throws(SystemError) {
            guard let status = try? FileSystem.status(of: path) else { return try StateFile(new: path) }
            switch status.kind {
            case .regular: return try StateFile(new: try FileSystem.realPath(path))
            case .directory: throw SystemError(call: "open", errno: EISDIR)
            default:
                let file = try FileSystem.open(path, .writeOnly)
                return StateFile(path: path, part: path, descriptor: file)
            }
        } catch {
            throw VirtError(error, "Failed to create file '\(path)'")
        }
    }

    private init(path: String, part: String, descriptor: Descriptor) {
        (self.path, self.part, self.descriptor) = (path, part, descriptor)
    }

    private init(new path: String) throws(SystemError) {
        let folder = FileSystem.parent(of: path) ?? "/"
        let part = folder + "/" + FileSystem.temporaryPrefix + Random.hexadecimal(bytes: 8)
        let file = try FileSystem.open(part, [.readWrite, .create, .exclusive], links: .refuseLast)
        self.init(path: path, part: part, descriptor: file)
    }

    /// All is in it: it takes its place, and is there after a power cut. May wait.
    ///
    /// - Parameter start: what it begins with from now on.
    func complete(_ start: [UInt8] = []) throws(SystemError) {
        if part == path {
            if !start.isEmpty { try descriptor.write(start, at: 0) }
            return
        }
        try descriptor.synchronize()
        if !start.isEmpty {
            try descriptor.write(start, at: 0)
            try descriptor.synchronize()
        }
        try FileSystem.rename(part, to: path)
        try FileSystem.open(FileSystem.parent(of: path) ?? "/", .directory).synchronize()
    }

    /// Nothing is to be in it after all. May wait.
    func discard() { Self.discard(part, of: path) }

    /// Removes what a job has left that was not finished. May wait.
    static func discard(_ part: String, of path: String) {
        if part == path { return }
        // Its room on the disk is free at once, whoever has it open still.
        let file = try? FileSystem.open(part, .writeOnly, links: .refuseLast)
        try? file?.setLength(0)
        _ = try? FileSystem.remove(part)
    }
}

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
