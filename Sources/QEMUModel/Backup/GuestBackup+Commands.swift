import JSON
import VirtXML

/// What QEMU is asked to do for a backup, and what takes it back.
extension GuestBackup {
    /// What opens QEMU's server, where a client fetches the copy.
    ///
    /// - Parameter tls: the object with the certificates; nil for none.
    package func serving(tls: String?) -> MonitorCommand? {
        guard isPull, let server = definition.server else { return nil }
        let address: JSONValue
        if server.transport == .unix {
            address = ["type": "unix", "data": ["path": .string(server.socket ?? "")]]
        } else {
            address = [
                "type": "inet",
                "data": ["host": .string(server.name ?? ""), "port": .string(String(server.port ?? 0))],
            ]
        }
        var arguments: JSONObject = ["addr": address]
        arguments.add("tls-creds", tls)
        return MonitorCommand("nbd-server-start", arguments)
    }

    /// What begins the copies and the checkpoint, all at one instant.
    ///
    /// - Parameter sources: the bitmaps that together say what is to be copied, by the disk's target.
    package func beginning(from sources: [String: [BitmapPlace]]) -> MonitorCommand {
        var actions: [JSONValue] = []
        for disk in disks {
            if let name = disk.bitmap {
                let bitmap = BitmapPlace(node: bitmapNode(of: disk), name: name)
                actions.append(bitmap.adding(isPersistent: false, isRecording: false))
                actions.append(bitmap.merging(sources[disk.target] ?? []))
            }
            actions.append(["type": "blockdev-backup", "data": .object(copying(disk))])
        }
        actions += checkpointBitmaps.map { $0.adding(isPersistent: true, isRecording: true) }
        return MonitorCommand("transaction", ["actions": .array(actions)])
    }

    /// Where a disk's bitmap stands: clients read it beside what they fetch.
    private func bitmapNode(of disk: Disk) -> String { isPull ? disk.copy : disk.node }

    private func copying(_ disk: Disk) -> JSONObject {
        var data: JSONObject = [
            "job-id": .string(disk.job), "device": .string(disk.node), "target": .string(disk.copy),
            "sync": .string(isPull ? "none" : disk.bitmap == nil ? "full" : "incremental"),
            // A job whose end nobody has taken note of stays, so that a daemon that comes later knows what became of it.
            "auto-finalize": true, "auto-dismiss": false,
        ]
        if !isPull { data.add("bitmap", disk.bitmap) }
        return data
    }

    /// What shows the copies to clients.
    package var exporting: [MonitorCommand] {
        guard isPull else { return [] }
        return disks.map { disk in
            var arguments: JSONObject = [
                "type": "nbd", "id": .string(disk.export), "node-name": .string(disk.copy), "writable": false,
                "name": .string(definition(of: disk)?.exportName ?? disk.target),
            ]
            if let bitmap = disk.bitmap { arguments.add("bitmaps", .array([.string(bitmap)])) }
            return MonitorCommand("block-export-add", arguments)
        }
    }

    /// What shows nothing to clients any more, of what QEMU says that it shows.
    ///
    /// - Parameter shown: QEMU's answer to `query-block-exports`.
    package func unexporting(_ shown: JSONValue) -> [MonitorCommand] {
        guard isPull else { return [] }
        let names = Set((shown.array ?? []).compactMap { $0["id"]?.string })
        return disks.filter { names.contains($0.export) }.map {
            MonitorCommand("block-export-del", ["id": .string($0.export), "mode": "hard"])
        }
    }

    /// The bitmaps of disks' own images that say what is copied.
    package var copiedBitmaps: [BitmapPlace] {
        isPull ? [] : disks.compactMap { disk in disk.bitmap.map { BitmapPlace(node: disk.node, name: $0) } }
    }
}

extension GuestBackup.Disk {
    /// The name of the job that copies it.
    package var job: String { "backup-\(target)-\(node)" }
    var export: String { "libvirt-nbd-\(copy)" }
}

extension BitmapPlace {
    /// The part of a transaction that makes it.
    package func adding(isPersistent: Bool, isRecording: Bool, granularity: UInt64? = nil) -> JSONValue {
        var data: JSONObject = [
            "node": .string(node), "name": .string(name), "persistent": .bool(isPersistent),
        ]
        if !isRecording { data.add("disabled", true) }
        data.add("granularity", granularity)
        return ["type": "block-dirty-bitmap-add", "data": .object(data)]
    }

    /// The part of a transaction that marks all that others do.
    package func merging(_ sources: [BitmapPlace]) -> JSONValue {
        [
            "type": "block-dirty-bitmap-merge",
            "data": [
                "node": .string(node), "target": .string(name), "bitmaps": .array(sources.map(\.json)),
            ],
        ]
    }

    package var removing: MonitorCommand {
        MonitorCommand("block-dirty-bitmap-remove", ["node": .string(node), "name": .string(name)])
    }
}
