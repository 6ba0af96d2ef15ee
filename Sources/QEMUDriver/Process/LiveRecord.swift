import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt

/// What is on disk about a running guest, so that a daemon that starts anew finds and controls it.
struct LiveRecord: RunRecord {
    var name: String
    var uuid: UUID
    var id: Int32
    /// QEMU; nil as long as only its helpers have been started.
    var process: ProcessIdentity?
    /// What serves the guest beside QEMU.
    var helpers: [ProgramRecord] = []
    /// What helpers leave in the host's folders.
    var leftovers: [String] = []
    var folder: String
    var state: Int32
    var reason: Int32
    var ownerships: [FileOwnership]
    var ports: [UInt16]
    /// It was asked to stay paused once it is there.
    var startsPaused = false
    /// Something long that is done with the guest.
    var job: RecordedJob?
    /// The CPU that was asked for, as text, where the live document knows it better.
    var cpu: String?
    /// Images that have a threshold for what is written, set by their numbers.
    var indexedThresholds: [UInt32] = []
    /// Jobs on disks: each stands here before QEMU is asked, and until what it came to stands in the document.
    var blockJobs: [BlockJob] = []
    /// A backup of the disks; it stands here before QEMU is asked, and until all of it is over.
    var backup: GuestBackup?
    /// Images that no disk has any more, and that QEMU is to close.
    var staleImages: [UInt32] = []
    /// The live document, with all that is secret.
    var xml: String

    /// The listening socket of the monitor.
    var monitorPath: String { folder + "/monitor.sock" }

    /// The record as text.
    var text: String {
        let owners = ownerships.map { entry -> JSONValue in
            [
                "path": .string(entry.path), "user": JSONValue(entry.owner.user),
                "group": JSONValue(entry.owner.group),
            ]
        }
        let document: JSONValue = [
            "format": 1, "name": .string(name), "uuid": .string(uuid.description), "id": JSONValue(id),
            "pid": process.map { JSONValue($0.id) } ?? .null,
            "startTime": process.map { JSONValue($0.startTime) } ?? .null,
            "helpers": .array(helpers.map(\.json)), "leftovers": .array(leftovers.map(JSONValue.string)),
            "folder": .string(folder),
            "startsPaused": .bool(startsPaused), "state": JSONValue(state), "reason": JSONValue(reason),
            "ownerships": .array(owners),
            "ports": .array(ports.map { JSONValue($0) }), "xml": .string(xml),
            "cpu": cpu.map(JSONValue.string) ?? .null,
            "indexedThresholds": .array(indexedThresholds.map { JSONValue($0) }),
            "blockJobs": .array(blockJobs.map(\.json)),
            "staleImages": .array(staleImages.map { JSONValue($0) }),
            "job": job?.json ?? .null, "backup": backup?.json ?? .null,
        ]
        return document.description
    }

    init(
        name: String, uuid: UUID, id: Int32, process: ProcessIdentity?, folder: String, state: Int32,
        reason: Int32,
        ownerships: [FileOwnership], ports: [UInt16], xml: String
    ) {
        (self.name, self.uuid, self.id, self.process) = (name, uuid, id, process)
        (self.folder, self.state, self.reason) = (folder, state, reason)
        (self.ownerships, self.ports, self.xml) = (ownerships, ports, xml)
    }

    /// Reads a record; nil where it isn't one.
    init?(text: String) {
        guard let document = try? JSONValue(parsing: text), document["format"]?.int == 1,
            let name = document["name"]?.string, let uuid = document["uuid"]?.string.flatMap({ UUID($0) }),
            let id = Self.number(document["id"]), let folder = document["folder"]?.string,
            let state = Self.number(document["state"]), let reason = Self.number(document["reason"]),
            let xml = document["xml"]?.string
        else { return nil }
        var process: ProcessIdentity?
        if let pid = Self.number(document["pid"]), let start = document["startTime"]?.uint {
            process = ProcessIdentity(id: pid, startTime: start)
        }
        self.init(
            name: name, uuid: uuid, id: id, process: process, folder: folder,
            state: state, reason: reason, ownerships: Self.ownerships(document["ownerships"]),
            ports: (document["ports"]?.array ?? []).compactMap { $0.uint.flatMap(UInt16.init(exactly:)) },
            xml: xml)
        startsPaused = document["startsPaused"]?.bool ?? false
        cpu = document["cpu"]?.string
        job = RecordedJob(document["job"])
        helpers = (document["helpers"]?.array ?? []).compactMap { ProgramRecord($0) }
        indexedThresholds = Self.numbers(document["indexedThresholds"])
        blockJobs = (document["blockJobs"]?.array ?? []).compactMap { BlockJob($0) }
        backup = GuestBackup(document["backup"])
        staleImages = Self.numbers(document["staleImages"])
        leftovers = (document["leftovers"]?.array ?? []).compactMap(\.string)
    }

    private static func number(_ value: JSONValue?) -> Int32? { value?.int.flatMap(Int32.init(exactly:)) }

    private static func numbers(_ value: JSONValue?) -> [UInt32] {
        (value?.array ?? []).compactMap { $0.uint.flatMap(UInt32.init(exactly:)) }
    }

    private static func ownerships(_ value: JSONValue?) -> [FileOwnership] {
        (value?.array ?? []).compactMap { entry in
            guard let path = entry["path"]?.string,
                let user = entry["user"]?.uint.flatMap(UInt32.init(exactly:)),
                let group = entry["group"]?.uint.flatMap(UInt32.init(exactly:))
            else { return nil }
            return FileOwnership(path: path, owner: FileOwner(user: user, group: group))
        }
    }
}
