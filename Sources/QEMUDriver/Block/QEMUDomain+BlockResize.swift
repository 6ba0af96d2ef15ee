import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func blockResize(
        disk name: String, size: UInt64, flags: DomainBlockResizeFlags
    ) async throws(VirtError) {
        try flags.require([.bytes, .capacity], in: "qemuDomainBlockResize", from: .qemu)
        let unit: UInt64 = flags.contains(.bytes) ? 1 : 1024
        let (bytes, overflows) = size.multipliedReportingOverflow(by: unit)
        if overflows || bytes > UInt64(Int64.max) {
            throw VirtError(
                .overflow, "size must be less than \(UInt64.max / unit)", from: .qemu)
        }
        try await withJob(.modify, "resize a disk") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            let now = domain.snapshot
            let disk = try now.disk(name, orElse: "disk '\(name)' was not found in the domain config")
            if disk.source.isEmpty || disk.readonly {
                throw VirtError(
                    .operationUnsupported, "can't resize empty or readonly disk '\(disk.target.dev)'",
                    from: .qemu)
            }
            let wanted = flags.contains(.capacity) ? try await disk.fullSize(bytes) : bytes
            guard let index = disk.source.index, let node = try await domain.blockNodes().top(of: index)
            else { throw VirtError(.internalError, "disk '\(disk.target.dev)' has no node", from: .qemu) }
            try await domain.gatherBitmaps(of: disk)
            try await domain.ask(
                "block_resize", ["node-name": .string(node.name), "size": .init(disk.rounded(wanted))])
        }
    }
}

extension DiskDevice {
    /// A size as the image's format can have it.
    fileprivate func rounded(_ size: UInt64) -> UInt64 {
        driver.format == .qcow2 || driver.format == .qed ? (size &+ 511) & ~511 : size
    }

    /// The size of the device that holds the image.
    ///
    /// - Parameter asked: what was asked for beside that; 0 for nothing.
    fileprivate func fullSize(_ asked: UInt64) async throws(VirtError) -> UInt64 {
        guard driver.format ?? .raw == .raw, source.actualType == .block, let path = source.localPath,
            source.slice == nil
        else {
            throw VirtError(
                .operationUnsupported,
                "block resize to full capacity supported only with 'raw' local block-based disks",
                from: .qemu)
        }
        let size = try await BlockSizes.ofFile(path).physical
        if asked > 0, asked != size {
            throw VirtError(
                .operationFailed, "the device of disk '\(target.dev)' has \(size) bytes, not \(asked)",
                from: .qemu)
        }
        return size
    }
}
