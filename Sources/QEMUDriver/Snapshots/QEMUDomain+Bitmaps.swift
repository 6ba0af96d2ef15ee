import ByteText
import DriverKit
import JSON
import QEMUModel
import Virt
import VirtXML

/// Checkpoints' bitmaps go along where a disk goes on in another image, so that its own image marks all that was written
/// since.
extension QEMUDomain {
    /// The names of all bitmaps of the domain's checkpoints.
    var bitmapNames: Set<ByteName> {
        var names: Set<ByteName> = []
        for checkpoint in snapshot.checkpoints.all {
            for disk in checkpoint.disks where disk.checkpoint == .bitmap {
                names.insert(ByteName(disk.bitmap ?? checkpoint.name ?? ""))
            }
        }
        return names
    }

    /// The parts of a transaction that have a new image mark what another one's bitmaps do, and what is written from then on.
    ///
    /// - Parameter merges: QEMU has the other image's at hand. Else they stay below, where backups look, too.
    func carrying(
        _ known: BitmapTable?, from former: String, to next: String, merges: Bool
    ) -> [JSONValue] {
        guard let known else { return [] }
        return known.names(in: former).intersection(bitmapNames).flatMap { name -> [JSONValue] in
            let (source, target) = (
                BitmapPlace(node: former, name: name.text), BitmapPlace(node: next, name: name.text)
            )
            guard let bitmap = known[source], bitmap.isSound else { return [] }
            let adding = target.adding(
                isPersistent: true, isRecording: true, granularity: bitmap.granularity)
            return merges ? [adding, target.merging([source])] : [adding]
        }
    }

    /// Has a disk's own image mark all that bitmaps in those below do, which is no longer possible once it has another size.
    func gatherBitmaps(of disk: DiskDevice) async throws(VirtError) {
        let names = bitmapNames
        guard !names.isEmpty, let top = disk.chain.first else { return }
        let known = try await bitmaps()
        for name in names {
            let places = disk.chain.map { BitmapPlace(node: "libvirt-\($0.index)-format", name: name.text) }
            let (own, below) = (
                BitmapPlace(node: "libvirt-\(top.index)-format", name: name.text), places.dropFirst()
            )
            guard let size = known[own]?.size else { continue }
            let sources = below.prefix { known[$0]?.size == size }
            if sources.isEmpty { continue }
            try await ask("transaction", ["actions": [own.merging(Array(sources))]])
        }
    }

    /// Has the image that a disk is about to change over to mark what bitmaps of the disk's own image do. One that can't be
    /// carried is missing then: no backup begins from it.
    func carryBitmaps(along job: BlockJob) async {
        guard let base = job.base else { return }
        for name in bitmapNames {
            let source = BitmapPlace(node: "libvirt-\(job.top)-format", name: name.text)
            let target = BitmapPlace(node: "libvirt-\(base)-format", name: name.text)
            let adding = target.adding(isPersistent: true, isRecording: true)
            let merging = target.merging([source])
            do throws(VirtError) {
                try await ask("transaction", ["actions": [adding, merging]])
            } catch {
                // It may be there already.
                _ = try? await ask("transaction", ["actions": [merging]])
            }
        }
    }
}
