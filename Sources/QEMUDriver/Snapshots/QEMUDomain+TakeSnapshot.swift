import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML
import XMLBinding

extension QEMUDomain {
    func takeSnapshot(
        _ new: inout SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) {
        if let guest, guest.phase == .unseen { throw guest.unseen(snapshot.name) }
        try requireNoBlockJobs()
        let now = snapshot
        if flags.contains(.halt), !now.isPersistent {
            throw VirtError(
                .operationInvalid, "cannot halt after transient domain snapshot", from: .qemu)
        }
        try await describe(&new, flags)
        try await checkDisks(of: new, flags)
        if new.isExternal {
            try await takeExternal(&new, flags)
        } else if now.isActive {
            try await takeLive(new, flags)
        } else {
            try await takeOffline(new, flags)
        }
        if flags.contains(.halt), let run = guest?.id, now.isActive { try await end(run, .snapshot) }
    }

    /// Fills in what the domain is, and where the state of memory and disks goes.
    private func describe(
        _ new: inout SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) {
        let now = snapshot
        let isDiskOnly = flags.contains(.diskOnly)
        if flags.contains(.live),
            !now.isActive || new.memory?.snapshot != .external || flags.contains(.halt)
        {
            throw VirtError(
                .operationUnsupported,
                "live snapshot creation is supported only during full system snapshots",
                from: .qemu)
        }
        let text = try now.xml([.secure, .migratable], channels: context.configuration.channels)
        var domain = try DomainDefinition(document: text, [.inactive, .secure])
        // What other hosts would fill in by themselves is left out of that text.
        try await context.complete(&domain)
        new.domain = domain
        new.inactiveDomain = now.isActive ? now.persistent : nil
        new.state = now.isActive ? (isDiskOnly ? "disk-snapshot" : now.stateWord) : "shutoff"
        var memory = new.memory ?? SnapshotDefinition.Memory()
        if isDiskOnly || !now.isActive {
            if memory.snapshot != .no {
                throw VirtError(
                    .xmlError, "memory state cannot be saved with offline or disk-only snapshot",
                    from: .domainSnapshot)
            }
        } else if new.memory == nil {
            memory.snapshot = .internal
        }
        if memory.snapshot == .external, memory.file == nil {
            throw VirtError(
                .xmlError, "external memory snapshots require a filename", from: .domainSnapshot)
        }
        if now.isActive, !isDiskOnly, memory.snapshot == .no {
            throw VirtError(
                .configUnsupported,
                "a running domain's snapshot without its memory is one of disks alone: use --disk-only",
                from: .qemu)
        }
        new.memory = memory
        let wantsFiles = isDiskOnly || memory.snapshot == .external
        let namesFiles = new.disks.contains { $0.snapshot == .external || $0.source != nil }
        do throws(XMLError) {
            try new.alignDisks(
                with: domain, default: wantsFiles ? .external : .internal,
                isUniform: !wantsFiles && (now.isActive || !namesFiles))
        } catch {
            throw VirtError(document: error, from: .domainSnapshot)
        }
    }

    /// Refuses what can't be captured, before anything is done.
    private func checkDisks(
        of new: SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) {
        func refused(_ message: String) -> VirtError { VirtError(.configUnsupported, message, from: .qemu) }
        let (inner, outer) = (new.internalDisks, new.externalDisks)
        if inner.isEmpty, outer.isEmpty { throw refused("nothing selected for snapshot") }
        if snapshot.isActive, flags.contains(.diskOnly), let disk = inner.first {
            throw refused(
                "active qemu domains require external disk snapshots; disk \(disk.name) requested internal")
        }
        if !inner.isEmpty, !outer.isEmpty {
            throw refused("mixing internal and external targets for a snapshot is not yet supported")
        }
        if inner.isEmpty { return }
        for image in try innerImages(of: new, in: new.domain) where image.format != .qcow2 {
            throw refused(
                "internal snapshot for disk \(image.disk) unsupported for storage type \(image.format.rawValue)"
            )
        }
        try requireKeptVariables(new.domain)
    }

    /// The firmware's variables go with a snapshot within images only where theirs is such an image too.
    private func requireKeptVariables(_ domain: DomainDefinition?) throws(VirtError) {
        guard let os = domain?.os, os.loader?.type == .pflash, os.nvram != nil, os.nvram?.format != .qcow2
        else { return }
        throw VirtError(
            .operationUnsupported,
            "internal snapshots of a VM with pflash based firmware require QCOW2 nvram format", from: .qemu)
    }

    /// The images that hold the state of a snapshot within them, the firmware's variables among them.
    func innerImages(
        of snapshot: SnapshotDefinition, in domain: DomainDefinition?
    ) throws(VirtError) -> [SnapshotImage] {
        var images: [SnapshotImage] = []
        for disk in snapshot.internalDisks {
            guard let own = domain?.disk(called: disk.name), let image = SnapshotImage(own) else {
                throw VirtError(
                    .configUnsupported, "disk \(disk.name) has no image on this host to keep a snapshot in",
                    from: .qemu)
            }
            if own.encryption != nil || own.source.encryption != nil, !self.snapshot.isActive {
                throw VirtError(
                    .operationUnsupported,
                    "the image of disk \(disk.name) is encrypted: start the domain to take a snapshot within it",
                    from: .qemu)
            }
            images.append(image)
        }
        if !images.isEmpty, let nvram = domain?.os.nvram, nvram.format == .qcow2, let path = nvram.filePath {
            images.append(SnapshotImage(disk: "nvram", path: path, format: .qcow2))
        }
        return images
    }

    // MARK: Within the images of a domain that doesn't run

    private func takeOffline(
        _ new: SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) {
        let (tool, name) = (ImageTool(), new.name ?? "")
        let images = try innerImages(of: new, in: new.domain)
        for image in images where try await tool.number(of: name, in: image) != nil {
            throw image.has(name)
        }
        try await planning(SnapshotPlan(.takeInner, name, images)) { (domain) async throws(VirtError) in
            for image in images { try await tool.create(name, in: image) }
            if !flags.contains(.noMetadata) { try await domain.keep(new, isCurrent: true) }
        }
    }
}

extension QEMUDomainSnapshot {
    /// The state as snapshots name it.
    var stateWord: String {
        switch state {
        case .paused: "paused"
        case .crashed: "crashed"
        case .pmsuspended: "pmsuspended"
        default: "running"
        }
    }
}

extension NVRAM {
    /// The file of the variables, where it is one.
    var filePath: String? { source.map { $0.type == .file ? $0.path : nil } ?? path }
}
