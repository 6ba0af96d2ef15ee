import DriverKit
import Glibc
import LinuxSystem
import Virt

/// Where a guest's state is to stand. Until all is in the file, it stands beside its place under a name that means nothing, so
/// that nobody takes a part for the whole and what was there before is there still.
struct StatePlace: Sendable, Equatable {
    let path: String
    /// Where it is meanwhile; the same for what is no file of its own, such as a disk.
    let part: String

    init(path: String, part: String) { (self.path, self.part) = (path, part) }

    /// The place that is meant by a path. May wait.
    init(_ path: String) throws(VirtError) {
        do throws(SystemError) {
            let status = try? FileSystem.status(of: path)
            switch status?.kind {
            case nil: self.init(beside: path)
            case .regular: self.init(beside: try FileSystem.realPath(path))
            case .directory: throw SystemError(call: "open", errno: EISDIR)
            default: self.init(path: path, part: path)
            }
        } catch {
            throw VirtError(error, "Failed to create file '\(path)'")
        }
    }

    private init(beside path: String) {
        let folder = FileSystem.parent(of: path) ?? "/"
        self.init(path: path, part: folder + "/" + FileSystem.temporaryPrefix + Random.hexadecimal(bytes: 8))
    }

    private var isOwnFile: Bool { part != path }

    /// Opens the file, and makes it where it is to be new. May wait.
    func open() throws(VirtError) -> Descriptor {
        do throws(SystemError) {
            if !isOwnFile { return try FileSystem.open(path, .writeOnly) }
            return try FileSystem.open(part, [.readWrite, .create, .exclusive], links: .refuseLast)
        } catch {
            throw VirtError(error, "Failed to create file '\(path)'")
        }
    }

    /// Has all that is in it last through a power cut. May wait.
    ///
    /// - Parameter start: what it begins with from then on.
    func complete(_ file: Descriptor, _ start: [UInt8] = []) throws(SystemError) {
        if isOwnFile { try file.synchronize() }
        if start.isEmpty { return }
        try file.write(start, at: 0)
        if isOwnFile { try file.synchronize() }
    }

    /// What is whole comes in its place, if it isn't there yet, and is there after a power cut. May wait.
    func take() throws(SystemError) {
        guard isOwnFile else { return }
        do throws(SystemError) { try FileSystem.rename(part, to: path) } catch {
            if error.errno == ENOENT { return }
            throw error
        }
        try FileSystem.open(FileSystem.parent(of: path) ?? "/", .directory).synchronize()
    }

    /// Removes what is of no use. May wait.
    func discard() {
        guard isOwnFile else { return }
        // Its room on the disk is free at once, whoever has it open still.
        let file = try? FileSystem.open(part, .writeOnly, links: .refuseLast)
        try? file?.setLength(0)
        _ = try? FileSystem.remove(part)
    }
}
