import VirtXML

/// How much memory QEMU may lock for a guest, so that it stays in the host's memory.
package struct LockedMemory: Equatable, Sendable {
    /// In bytes; nil for as much as it likes.
    package var limit: UInt64?
    /// Whether the guest can't do without: a limit that was merely given may stay what it is where the daemon may
    /// not raise it.
    package var isNeeded: Bool
}

extension DomainDefinition {
    /// How much memory QEMU may lock; nil where it has no reason to lock any, and keeps the limit that it has. A pure
    /// function. A limit that the document gives counts before all rules.
    package var lockedMemory: LockedMemory? {
        let pins = passthrough.count > 0
        let isLocked = memoryBacking?.locked == true
        if let given = memtune?.hardLimit {
            return LockedMemory(limit: given.bytes, isNeeded: pins || isLocked)
        }
        if isLocked { return LockedMemory(limit: nil, isNeeded: true) }
        if board.isPSeries && type == .kvm { return LockedMemory(limit: pSeriesLimit, isNeeded: true) }
        guard pins else { return nil }
        return LockedMemory(limit: passthroughLimit, isNeeded: true)
    }

    /// The devices that reach the guest's memory by themselves: all of it is locked for them.
    private var passthrough: Passthrough {
        var found = Passthrough()
        for device in devices.hostdevs {
            switch device.source {
            case .pci, .mdev: found.vfio += 1
            case .usb, .scsi, .scsiHost, .storage, .misc, .net: break
            }
        }
        for card in devices.interfaces {
            if card.type == .vdpa { found.vdpa += 1 }
            if card.type == .hostdev { found.vfio += 1 }
        }
        for image in devices.disks.flatMap(\.images) {
            if image == .nvme { found.vfio += 1 }
            if image == .vhostvdpa { found.vdpa += 1 }
        }
        return found
    }

    private struct Passthrough {
        /// Devices behind VFIO, which share one view of the guest's memory.
        var vfio: UInt64 = 0
        /// Devices that each have a view of their own.
        var vdpa: UInt64 = 0
        var count: UInt64 { vfio + vdpa }
    }

    private static let mebibyte: UInt64 = 1 << 20

    private var memoryBytes: UInt64 { memory.total?.bytes ?? 0 }

    /// Each view of the guest's memory locks all of it; behind an IOMMU of the guest each device has its own. The
    /// devices' registers are mapped too: 1 GiB is enough for those of most.
    private var passthroughLimit: UInt64 {
        let shared = devices.iommus.isEmpty ? min(passthrough.vfio, 1) : passthrough.vfio
        return memoryBytes.times(shared + passthrough.vdpa).plus(1024 * Self.mebibyte)
    }

    /// KVM on POWER counts as locked what it keeps for the guest: its table of pages is a 128th of all the memory that
    /// it may ever have, each host bridge has a table of translations of 4 MiB (a window of 2 GiB in pages of 4 KiB,
    /// with 8 bytes each), and there are 8 MiB for the small things.
    ///
    /// With devices of the host there are also, for each bridge, the 2 GiB of its window, or else the guest's memory
    /// and a second window's table over all of it.
    private var pSeriesLimit: UInt64 {
        let bridges = UInt64(devices.controllers.count { $0.type == .pci && $0.model == "pci-root" })
        let most = (memory.maximum ?? memory.total)?.bytes ?? 0
        let base = (most / 128).plus(bridges.times(4 * Self.mebibyte)).plus(8 * Self.mebibyte)
        guard passthrough.count > 0 else { return base }
        let windows = bridges.times(2048 * Self.mebibyte)
        let tables = (memoryBytes / 512).times(bridges).plus(8 * Self.mebibyte)
        return base.plus(max(windows, memoryBytes.plus(tables)))
    }
}

extension DiskDevice {
    /// What its images are, the topmost first.
    fileprivate var images: [StorageSource.Kind] { [source.type] + layers.map(\.source.type) }
}

extension UInt64 {
    /// The sum; the greatest number where it would be greater.
    fileprivate func plus(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product; the greatest number where it would be greater.
    fileprivate func times(_ other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
