import HostKit
import JSON
import LinuxSystem
import Virt
import VirtXML

/// What is about to be done with a domain's snapshots, on disk before it is begun: a daemon that finds one was killed in
/// between, and undoes or finishes it.
struct SnapshotPlan: Sendable {
    enum Action: String, Sendable {
        /// A snapshot is made within images: one of which no record is kept is taken out again.
        case takeInner = "take-internal"
        /// The images are made what they were: once begun, it is finished.
        case revertInner = "revert-internal"
        /// A snapshot is taken out of its images: once begun, it is finished.
        case deleteInner = "delete-internal"
        /// Images are made that the domain is to have on top of its own: while its definition doesn't name them, they are
        /// nobody's.
        case takeOuter = "take-external"
        /// The same, for the domain to begin again where a snapshot was taken.
        case revertOuter = "revert-external"
        /// Images are merged into those below them: once begun, it is finished.
        case deleteOuter = "delete-external"
    }

    var action: Action
    /// The snapshot.
    var name: String
    /// The images that are worked on.
    var images: [SnapshotImage] = []
    /// The files that are made.
    var files: [String] = []
    /// The files that nobody needs once it is done.
    var leftovers: [String] = []
    /// The snapshot's record, of one that is being made.
    var record: String?
    /// Whether the domain's QEMU does it.
    var isLive = false
    /// Whether the guest is to go on afterwards.
    var resumes = false
    /// Whether the guest's file systems wait meanwhile.
    var isFrozen = false

    init(_ action: Action, _ name: String, _ images: [SnapshotImage] = []) {
        (self.action, self.name, self.images) = (action, name, images)
    }

    // MARK: On disk

    var text: String {
        let images = images.map { image -> JSONValue in
            [
                "disk": .string(image.disk), "path": .string(image.path),
                "format": .string(image.format.rawValue), "isDevice": .bool(image.isDevice),
            ]
        }
        let document: JSONValue = [
            "format": 1, "action": .string(action.rawValue), "name": .string(name),
            "images": .array(images), "files": .array(files.map(JSONValue.string)),
            "leftovers": .array(leftovers.map(JSONValue.string)),
            "record": record.map(JSONValue.string) ?? .null,
            "isLive": .bool(isLive), "resumes": .bool(resumes), "isFrozen": .bool(isFrozen),
        ]
        return document.description
    }

    init?(text: String) {
        guard let document = try? JSONValue(parsing: text), document["format"]?.int == 1,
            let action = document["action"]?.string.flatMap(Action.init(rawValue:)),
            let name = document["name"]?.string
        else { return nil }
        self.init(action, name)
        images = (document["images"]?.array ?? []).compactMap { entry in
            guard let disk = entry["disk"]?.string, let path = entry["path"]?.string,
                let format = entry["format"]?.string.flatMap(StorageFormat.init(rawValue:))
            else { return nil }
            return SnapshotImage(
                disk: disk, path: path, format: format, isDevice: entry["isDevice"]?.bool ?? false)
        }
        files = (document["files"]?.array ?? []).compactMap(\.string)
        leftovers = (document["leftovers"]?.array ?? []).compactMap(\.string)
        record = document["record"]?.string
        isLive = document["isLive"]?.bool ?? false
        resumes = document["resumes"]?.bool ?? false
        isFrozen = document["isFrozen"]?.bool ?? false
    }
}
