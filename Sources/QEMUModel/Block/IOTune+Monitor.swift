import JSON
import VirtXML

/// Limits as QEMU's monitor has them.
extension IOTune {
    private static let monitorLimits:
        [(name: String, path: any WritableKeyPath<IOTune, UInt64?> & Sendable)] = [
            ("bps", \.totalBytes), ("bps_rd", \.readBytes), ("bps_wr", \.writeBytes), ("iops", \.totalIOPS),
            ("iops_rd", \.readIOPS), ("iops_wr", \.writeIOPS), ("bps_max", \.totalBytesMax),
            ("bps_rd_max", \.readBytesMax), ("bps_wr_max", \.writeBytesMax), ("iops_max", \.totalIOPSMax),
            ("iops_rd_max", \.readIOPSMax), ("iops_wr_max", \.writeIOPSMax), ("iops_size", \.sizeIOPS),
        ]
    private static let lengths: [(name: String, path: any WritableKeyPath<IOTune, UInt64?> & Sendable)] = [
        ("bps_max_length", \.totalBytesMaxLength), ("bps_rd_max_length", \.readBytesMaxLength),
        ("bps_wr_max_length", \.writeBytesMaxLength), ("iops_max_length", \.totalIOPSMaxLength),
        ("iops_rd_max_length", \.readIOPSMaxLength), ("iops_wr_max_length", \.writeIOPSMaxLength),
    ]

    /// What gives a disk's device these limits, and takes all others from it.
    ///
    /// - Parameter device: the device, by its place in QEMU's tree of objects.
    package func command(for device: String) -> MonitorCommand {
        var arguments: JSONObject = ["id": .string(device)]
        for limit in Self.monitorLimits { arguments.add(limit.name, self[keyPath: limit.path] ?? 0) }
        arguments.add("group", groupName)
        for length in Self.lengths { arguments.add(length.name, self[keyPath: length.path]) }
        return MonitorCommand("block_set_io_throttle", arguments)
    }

    /// The limits as QEMU tells of them among what it tells of an image that is in a drive.
    package init(told value: JSONValue) {
        self.init()
        for (name, path) in Self.monitorLimits + Self.lengths {
            self[keyPath: path] = value[name]?.uint.flatMap { $0 == 0 ? nil : $0 }
        }
        groupName = value["group"]?.string
    }

    /// What makes a group that disks share, or changes one.
    package var groupLimits: JSONValue {
        let names = [
            ("bps", "bps-total"), ("bps_rd", "bps-read"), ("bps_wr", "bps-write"), ("iops", "iops-total"),
            ("iops_rd", "iops-read"), ("iops_wr", "iops-write"), ("bps_max", "bps-total-max"),
            ("bps_rd_max", "bps-read-max"), ("bps_wr_max", "bps-write-max"), ("iops_max", "iops-total-max"),
            ("iops_rd_max", "iops-read-max"), ("iops_wr_max", "iops-write-max"), ("iops_size", "iops-size"),
        ]
        var limits = JSONObject()
        for ((_, path), (_, name)) in zip(Self.monitorLimits, names) {
            limits.add(name, self[keyPath: path] ?? 0)
        }
        for ((_, path), (_, name)) in zip(Self.lengths, names[6...]) {
            limits.add(name + "-length", self[keyPath: path])
        }
        return .object(limits)
    }
}

extension DomainDefinition {
    /// What QEMU calls the group of limits with a name.
    package static func throttleGroup(_ name: String) -> String { "throttle-\(name)" }
}
