import ByteText
import HostKit
import LinuxSystem
import Virt
import VirtXML

extension StorageDriver {
    /// The longest chain of images that a program is given.
    private static let longestChain = 200

    /// Looks from image to image before a program does, which would go round in circles for ever.
    ///
    /// - Parameter name: the volume that is read for another one. Whoever wrote it could have named anything as lying below:
    ///   then all must be volumes of pools that run. Nil where nobody gets to see what is read.
    func requireEnd(ofChain start: String, within name: String? = nil) async throws(VirtError) {
        var (path, seen) = (start, Set<ByteName>())
        while true {
            guard seen.insert(ByteName(path)).inserted, seen.count <= Self.longestChain else {
                throw VirtError(
                    .internalError, "backing store for \(start) is self-referential or too deep",
                    from: .storage)
            }
            if let name { try requireOwn(path, below: name) }
            guard let file = await look(at: path) else { return }
            if let name, file.header?.qcow2?.hasDataFile == true {
                throw notOpened(name, "keeps its data in another file")
            }
            guard let below = file.header?.backing?.name else { return }
            path = BackingName(below, in: FileSystem.parent(of: path) ?? "/").path
        }
    }

    private func look(at path: String) async -> VolumeFile? {
        await Blocking.run {
            guard let parent = FileSystem.parent(of: path), let folder = try? Folder(parent) else {
                return nil
            }
            return (try? VolumeFile(FileSystem.lastPart(of: path), in: folder)) ?? nil
        }
    }

    private func requireOwn(_ path: String, below name: String) throws(VirtError) {
        if volume(atPath: path) != nil { return }
        throw notOpened(name, "lies on '\(path)', which is no volume of a pool that runs")
    }

    private func notOpened(_ name: String, _ why: String) -> VirtError {
        VirtError(.operationUnsupported, "volume '\(name)' \(why): it is not opened", from: .storage)
    }
}
