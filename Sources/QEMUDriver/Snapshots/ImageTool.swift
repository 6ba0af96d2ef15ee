import ByteText
import HostKit
import JSON
import LinuxSystem
import Virt
import VirtXML

/// What qemu-img does with images that no guest has open.
struct ImageTool: Sendable {
    /// How long it may take to copy an image.
    private static let patience = Duration.seconds(24 * 3600)

    /// Has qemu-img do something; what it printed.
    @discardableResult
    func run(_ words: [String]) async throws(VirtError) -> [UInt8] {
        let outcome: ProgramTask.Outcome
        do throws(SystemError) {
            outcome = try await ProgramTask("qemu-img", words, patience: Self.patience).run()
        } catch {
            throw VirtError(error, "cannot run qemu-img")
        }
        if outcome.status.isSuccess { return outcome.output }
        throw VirtError(
            .internalError,
            "Child process (\((["qemu-img"] + words).joined(separator: " "))) unexpected \(outcome.status): "
                + outcome.errorText, from: .qemu)
    }

    // MARK: Snapshots within an image

    /// A snapshot within a qcow2 image.
    struct Inner: Sendable {
        /// What no other within the image has.
        let id: String
        let name: String
    }

    /// What qemu-img tells of an image, which a guest may have open.
    func facts(of image: SnapshotImage) async throws(VirtError) -> JSONValue {
        let words = ["info", "--force-share", "--output=json", "--image-opts", image.options]
        let text = String(decoding: try await run(words), as: UTF8.self)
        if let facts = try? JSONValue(parsing: text) { return facts }
        throw VirtError(.internalError, "qemu-img tells nothing of '\(image.path)'", from: .qemu)
    }

    /// The snapshots within an image, which a guest may have open.
    func snapshots(in image: SnapshotImage) async throws(VirtError) -> [Inner] {
        let facts = try await facts(of: image)
        return (facts["snapshots"]?.array ?? []).compactMap { entry in
            guard let id = entry["id"]?.string, let name = entry["name"]?.string else { return nil }
            return Inner(id: id, name: name)
        }
    }

    /// The number of a snapshot within an image; nil where there is none.
    func number(of name: String, in image: SnapshotImage) async throws(VirtError) -> String? {
        try await snapshots(in: image).first { $0.name.hasSameBytes(as: name) }?.id
    }

    func create(_ name: String, in image: SnapshotImage) async throws(VirtError) {
        try await run(["snapshot", "-c", name, "--image-opts", image.options])
    }

    /// Has an image be again as it was. A name may be another one's number, and numbers are what is looked for first.
    func apply(_ name: String, in image: SnapshotImage) async throws(VirtError) {
        guard let number = try await number(of: name, in: image) else { throw image.lacks(name) }
        try await run(["snapshot", "-a", number, "--image-opts", image.options])
    }

    /// Deletes a snapshot within an image, if there is one.
    func delete(_ name: String, in image: SnapshotImage) async throws(VirtError) {
        // Here qemu-img looks for names alone.
        guard try await number(of: name, in: image) != nil else { return }
        try await run(["snapshot", "-d", name, "--image-opts", image.options])
    }
}

/// The image of a disk, as a snapshot deals with it.
struct SnapshotImage: Sendable, Hashable {
    /// The disk's target.
    let disk: String
    let path: String
    let format: StorageFormat
    let isDevice: Bool

    /// The disk's image; nil where it isn't a file or a device of this host.
    init?(_ disk: DiskDevice) {
        guard let path = disk.source.path, [.file, .block].contains(disk.source.actualType) else {
            return nil
        }
        (self.disk, self.path) = (disk.target.dev, path)
        (format, isDevice) = (disk.driver.format ?? .raw, disk.source.actualType == .block)
    }

    init(disk: String, path: String, format: StorageFormat, isDevice: Bool = false) {
        (self.disk, self.path, self.format, self.isDevice) = (disk, path, format, isDevice)
    }

    /// The image for qemu-img, which guesses nothing of it.
    var options: String {
        let name = path.replacing(bytesOf: ",", with: ",,")
        return
            "driver=\(format.rawValue),file.driver=\(isDevice ? "host_device" : "file"),file.filename=\(name)"
    }

    func lacks(_ snapshot: String) -> VirtError {
        VirtError(
            .operationFailed, "image of disk '\(disk)' does not have internal snapshot '\(snapshot)'",
            from: .qemu)
    }
}
