import ByteText
import DriverKit
import JSON
import QEMUModel
import QMP
import Virt
import VirtDriver
import VirtXML

/// Telling when an image's file has been written beyond some offset.
extension QEMUDomain {
    func setBlockThreshold(device: String, threshold: UInt64, flags: UInt32) async throws(VirtError) {
        try flags.require(in: "qemuDomainSetBlockThreshold", from: .qemu)
        let meant = try MeantImage(device)
        try await withJob(.modify, "set a threshold") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            let disks = domain.snapshot.live?.devices.disks ?? []
            guard let disk = disks.first(where: { $0.target.dev.hasSameBytes(as: meant.target) }),
                let image = meant.index == nil
                    ? disk.chain.first : disk.chain.first(where: { $0.index == meant.index })
            else {
                if let disk = disks.first(where: { $0.target.dev.hasSameBytes(as: device) }),
                    disk.source.isEmpty
                {
                    throw disk.isWithoutMedium
                }
                throw VirtError(.invalidArg, "failed to find disk '\(device)'", from: .qemu)
            }
            guard let node = try await domain.blockNodes().storage(of: image.index) else {
                throw VirtError(
                    .operationUnsupported, "threshold currently can't be set for block device '\(device)'",
                    from: .qemu)
            }
            try await domain.ask(
                "block-set-write-threshold",
                ["node-name": .string(node.name), "write-threshold": .init(threshold)])
            domain.note(thresholdOf: image.index, isIndexed: meant.index != nil)
        }
    }

    /// Notes whether whoever set a threshold has named the image by its number: then it is told by that alone.
    private func note(thresholdOf image: UInt32, isIndexed: Bool) {
        guest?.held.indexedThresholds.removeAll { $0 == image }
        if isIndexed { guest?.held.indexedThresholds.append(image) }
        saveRecordSoon()
    }

    /// A write went beyond what was set.
    func thresholdReached(_ event: QMPEvent, of run: Int32) {
        guard let name = event.data["node-name"]?.string, let index = BlockNodes.number(of: name),
            let threshold = event.data["write-threshold"]?.uint,
            let excess = event.data["amount-exceeded"]?.uint, let guest = guest(run)
        else { return }
        for disk in snapshot.live?.devices.disks ?? [] {
            guard let image = disk.chain.first(where: { $0.index == index }) else { continue }
            var names = ["\(disk.target.dev)[\(index)]"]
            if disk.source.index == index, !guest.held.indexedThresholds.contains(index) {
                names.insert(disk.target.dev, at: 0)
            }
            for name in names {
                context.events.publish(
                    .domainBlockThreshold(
                        DomainBlockThresholdEvent(
                            domain: snapshot.reference, device: name, path: image.path, threshold: threshold,
                            excess: excess)))
            }
        }
    }
}

/// An image as calls name it: a disk by its target, or one of its images by number, as in `vda[3]`.
struct MeantImage {
    var target: String
    var index: UInt32?

    init(_ text: String) throws(VirtError) {
        guard let (target, rest) = text.cut(atByte: "[") else {
            self.target = text
            return
        }
        guard let (digits, end) = rest.cut(atByte: "]"), end.isEmpty, let index = UInt32(digits) else {
            throw VirtError(.invalidArg, "failed to parse block device '\(text)'", from: .qemu)
        }
        (self.target, self.index) = (String(target), index)
    }
}
