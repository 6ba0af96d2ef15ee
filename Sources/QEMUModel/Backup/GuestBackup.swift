import JSON
import Virt
import VirtXML
import XMLBinding

/// A backup of a running guest's disks, as it stands in the guest's record: what is copied to where, and how far that is.
package struct GuestBackup: Sendable {
    package enum Phase: String, Sendable {
        /// Nobody has been told that it has begun: a daemon that is killed meanwhile undoes it.
        case preparing
        case running
        /// Its jobs are over, and what was made for it is being taken back.
        case ending
    }

    /// What was asked for, with all that was left open filled in.
    package var definition: BackupDefinition
    /// When it began, in milliseconds since 1970.
    package let start: UInt64
    package var phase = Phase.preparing
    package var disks: [Disk] = []
    /// The checkpoint that begins with it.
    package var checkpoint: String?
    /// That checkpoint's bitmaps.
    package var checkpointBitmaps: [BitmapPlace] = []
    /// Somebody doesn't want it any longer.
    package var isAborted = false

    package init(_ definition: BackupDefinition, start: UInt64) {
        (self.definition, self.start) = (definition, start)
    }

    /// A client fetches it.
    package var isPull: Bool { definition.mode == .pull }

    /// One disk that is copied.
    package struct Disk: Equatable, Sendable {
        /// The disk's target.
        package let target: String
        /// The node that is copied from, and the one that is copied to.
        package let node: String
        package let copy: String
        /// The number of the copy's image.
        package let image: UInt32
        /// In bytes.
        package var size: UInt64
        /// What is copied, where not all is: a bitmap with this name, which is gone afterwards.
        package var bitmap: String?
        /// The file that was made for it.
        package var madeFile: String?
        /// How it ended; nil as long as it hasn't.
        package var outcome: Outcome?
        package var error: String?
        /// What its job had done at the end, of how much.
        package var processed: UInt64 = 0
        package var total: UInt64 = 0

        package enum Outcome: String, Sendable { case completed, canceled, failed }

        package init(target: String, node: String, copy: String, image: UInt32, size: UInt64 = 0) {
            (self.target, self.node, self.copy) = (target, node, copy)
            (self.image, self.size) = (image, size)
        }
    }

    /// What the definition says of a disk.
    package func definition(of disk: Disk) -> BackupDefinition.Disk? {
        definition.disks.first { $0.name.utf8.elementsEqual(disk.target.utf8) }
    }

    // MARK: In a record

    package init?(_ value: JSONValue?) {
        guard let value, let text = value["xml"]?.string,
            let definition = try? BackupDefinition(xml: text, options: []), let start = value["start"]?.uint,
            let phase = value["phase"]?.string.flatMap(Phase.init)
        else { return nil }
        self.init(definition, start: start)
        self.phase = phase
        disks = (value["disks"]?.array ?? []).compactMap(Disk.init)
        checkpoint = value["checkpoint"]?.string
        checkpointBitmaps = (value["checkpointBitmaps"]?.array ?? []).compactMap(BitmapPlace.init)
        isAborted = value["isAborted"]?.bool ?? false
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "xml": .string((try? definition.xml(options: .secure)) ?? ""), "start": .init(start),
            "phase": .string(phase.rawValue), "disks": .array(disks.map(\.json)),
            "checkpointBitmaps": .array(checkpointBitmaps.map(\.json)), "isAborted": .bool(isAborted),
        ]
        object.add("checkpoint", checkpoint)
        return .object(object)
    }
}

extension GuestBackup.Disk {
    fileprivate init?(_ value: JSONValue) {
        guard let target = value["target"]?.string, let node = value["node"]?.string,
            let copy = value["copy"]?.string, let size = value["size"]?.uint,
            let image = value["image"]?.uint.flatMap(UInt32.init(exactly:))
        else { return nil }
        self.init(target: target, node: node, copy: copy, image: image, size: size)
        (bitmap, madeFile) = (value["bitmap"]?.string, value["madeFile"]?.string)
        outcome = value["outcome"]?.string.flatMap(Outcome.init)
        error = value["error"]?.string
        (processed, total) = (value["processed"]?.uint ?? 0, value["total"]?.uint ?? 0)
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "target": .string(target), "node": .string(node), "copy": .string(copy), "image": .init(image),
            "size": .init(size), "processed": .init(processed), "total": .init(total),
        ]
        object.add("bitmap", bitmap)
        object.add("madeFile", madeFile)
        object.add("outcome", outcome?.rawValue)
        object.add("error", error)
        return .object(object)
    }
}

/// A bitmap in a node of a running guest.
package struct BitmapPlace: Equatable, Sendable {
    package let node: String
    package let name: String

    package init(node: String, name: String) { (self.node, self.name) = (node, name) }

    init?(_ value: JSONValue) {
        guard let node = value["node"]?.string, let name = value["name"]?.string else { return nil }
        self.init(node: node, name: name)
    }

    package var json: JSONValue { ["node": .string(node), "name": .string(name)] }
}
