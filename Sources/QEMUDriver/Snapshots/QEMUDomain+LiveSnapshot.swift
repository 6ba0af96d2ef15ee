import ByteText
import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// Snapshots within the images of a running guest, memory and all: jobs of QEMU's.
extension QEMUDomain {
    func takeLive(_ new: SnapshotDefinition, _ flags: DomainSnapshotCreateFlags) async throws(VirtError) {
        let (run, name) = (try requireGuest().id, new.name ?? "")
        let images = try innerImages(of: new, in: snapshot.live)
        let nodes = try innerNodes(images)
        for image in images where try await ImageTool().number(of: name, in: image) != nil {
            throw image.has(name)
        }
        var plan = SnapshotPlan(.takeInner, name, images)
        (plan.isLive, plan.resumes) = (true, snapshot.state == .running)
        let resumes = plan.resumes
        try await planning(plan) { (domain) async throws(VirtError) in
            if resumes { try await domain.pause(.snapshot) }
            try await domain.runJob(
                "snapshot-save", of: name,
                [
                    "tag": .string(name), "vmstate": .string(nodes[0]),
                    "devices": .array(nodes.map(JSONValue.string)),
                ])
            guard domain.guest(run) != nil else { throw VirtError.endedMeanwhile }
            if !flags.contains(.noMetadata) { try await domain.keep(new, isCurrent: true) }
            if resumes, !flags.contains(.halt) { try await domain.continueProcessors(.unpaused) }
        }
    }

    /// Has the guest be as it was: QEMU has just been started for that, and its processors wait.
    func loadLive(_ target: SnapshotDefinition) async throws(VirtError) {
        let name = target.name ?? ""
        let nodes = try innerNodes(try innerImages(of: target, in: snapshot.live))
        try await runJob(
            "snapshot-load", of: name,
            [
                "tag": .string(name), "vmstate": .string(nodes[0]),
                "devices": .array(nodes.map(JSONValue.string)),
            ])
    }

    /// Takes a snapshot out of the images of a running guest.
    func deleteLive(_ name: String, _ images: [SnapshotImage]) async throws(VirtError) {
        var holders: [SnapshotImage] = []
        for image in images where try await ImageTool().number(of: name, in: image) != nil {
            holders.append(image)
        }
        if holders.isEmpty { return }
        let nodes = try innerNodes(holders)
        try await runJob(
            "snapshot-delete", of: name,
            ["tag": .string(name), "devices": .array(nodes.map(JSONValue.string))])
    }

    /// The nodes in which QEMU has images on top of disks, in the same order; throws where one is there no longer, or lies
    /// below another.
    private func innerNodes(_ images: [SnapshotImage]) throws(VirtError) -> [String] {
        var nodes: [String] = []
        for image in images {
            if image.disk.hasSameBytes(as: "nvram") {
                nodes.append("libvirt-pflash1-format")
                continue
            }
            guard let disk = snapshot.live?.disk(called: image.disk), let index = disk.source.index,
                disk.source.path?.hasSameBytes(as: image.path) == true
            else {
                throw VirtError(
                    .operationUnsupported,
                    "the running domain doesn't write to '\(image.path)' any more, which holds the state of disk "
                        + "'\(image.disk)': stop it first", from: .qemu)
            }
            nodes.append("libvirt-\(index)-format")
        }
        if nodes.isEmpty {
            throw VirtError(.configUnsupported, "no disk has an image to keep a snapshot in", from: .qemu)
        }
        return nodes
    }

    // MARK: Jobs

    /// There is one at a time, as whoever begins one has the domain for itself.
    private static let job = "roost-snapshot"

    /// Has QEMU do something that takes its time, and waits for its end.
    private func runJob(_ command: String, of name: String, _ arguments: JSONObject) async throws(VirtError) {
        var arguments = arguments
        arguments.add("job-id", Self.job)
        try await ask(command, arguments)
        try await awaitJob(of: name)
    }

    /// Waits until QEMU isn't busy with a snapshot any more; throws what went wrong with it.
    func awaitJob(of name: String) async throws(VirtError) {
        let id = Self.job
        var pause = GrowingPause(from: .milliseconds(20), to: .milliseconds(500))
        while true {
            let jobs = try await ask("query-jobs").array ?? []
            guard let job = jobs.first(where: { $0["id"]?.string?.hasSameBytes(as: id) == true }) else {
                return
            }
            if job["status"]?.string == "concluded" {
                try await ask("job-dismiss", ["id": .string(id)])
                guard let error = job["error"]?.string else { return }
                throw VirtError(.operationFailed, "snapshot '\(name)' failed in QEMU: \(error)", from: .qemu)
            }
            await pause.wait()
        }
    }
}

extension SnapshotImage {
    /// That there is a snapshot in the image of which nobody keeps a record.
    func has(_ snapshot: String) -> VirtError {
        VirtError(
            .operationFailed,
            "the image of disk '\(disk)' has a snapshot '\(snapshot)' already that nobody has a record of",
            from: .qemu)
    }
}
