import ByteText
import JSON
import QEMUModel
import Virt
import VirtXML

/// Bitmaps in images that no guest has open.
extension ImageTool {
    private struct Bitmap: Sendable {
        let name: String
        let granularity: UInt64
        /// QEMU has closed it well.
        let isSound: Bool
    }

    private func bitmaps(in image: SnapshotImage) async throws(VirtError) -> [Bitmap] {
        if image.format != .qcow2 { return [] }
        let facts = try await facts(of: image)
        return (facts["format-specific"]?["data"]?["bitmaps"]?.array ?? []).compactMap { entry in
            guard let name = entry["name"]?.string, let granularity = entry["granularity"]?.uint else {
                return nil
            }
            let flags = entry["flags"]?.array?.compactMap(\.string) ?? []
            return Bitmap(name: name, granularity: granularity, isSound: !flags.contains("in-use"))
        }
    }

    /// Has one image mark all that bitmaps of another one of the same size do.
    ///
    /// - Parameter names: the bitmaps that count.
    func carryBitmaps(
        _ names: Set<ByteName>, from source: SnapshotImage, to target: SnapshotImage
    ) async throws(VirtError) {
        if names.isEmpty { return }
        let wanted = try await bitmaps(in: source).filter { $0.isSound && names.contains(ByteName($0.name)) }
        if wanted.isEmpty || target.format != .qcow2 { return }
        let there = try await bitmaps(in: target)
        for bitmap in wanted {
            let isThere = there.contains { $0.name.hasSameBytes(as: bitmap.name) }
            let making = isThere ? [] : ["--add", "-g", String(bitmap.granularity)]
            let merging = ["--merge", bitmap.name, "-b", source.path, "-F", source.format.rawValue]
            do throws(VirtError) {
                try await run(
                    ["bitmap"] + making + merging + ["-f", "qcow2", "--", target.path, bitmap.name])
            } catch {
                // One that marks too little is worse than none.
                if !isThere { try? await remove(bitmap, from: target) }
                throw error
            }
        }
    }

    /// Removes all bitmaps of an image, which is about to hold something else. Nothing is lost by that but what a backup
    /// could have left out.
    func removeBitmaps(from image: SnapshotImage) async throws(VirtError) {
        for bitmap in try await bitmaps(in: image) { try await remove(bitmap, from: image) }
    }

    private func remove(_ bitmap: Bitmap, from image: SnapshotImage) async throws(VirtError) {
        try await run(["bitmap", "--remove", "--image-opts", "--", image.options, bitmap.name])
    }
}
