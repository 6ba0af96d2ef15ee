import JSON

/// One node of a running guest's disks: what understands an image's format, reads its file, or stands above another and
/// watches what goes through.
package struct BlockNode: Equatable, Sendable {
    package var name: String
    /// How many bytes whoever is above sees.
    package var virtualSize: UInt64?
    /// How many bytes the image takes up on the host.
    package var actualSize: UInt64?
    /// The offset beyond which a write is told of; 0 for none.
    package var writeThreshold: UInt64 = 0
    package var bitmaps: [BlockBitmap] = []
    /// The node that it reads its bytes from, and the one below that it shows where it has none itself.
    package var file: String?
    package var backing: String?
    /// What has gone through it.
    package var counters = BlockCounters()

    /// A node as `query-named-block-nodes` tells of it.
    init?(_ value: JSONValue) {
        guard let name = value["node-name"]?.string else { return nil }
        self.name = name
        virtualSize = value["image"]?["virtual-size"]?.uint
        actualSize = value["image"]?["actual-size"]?.uint
        writeThreshold = value["write_threshold"]?.uint ?? 0
        bitmaps = (value["dirty-bitmaps"]?.array ?? []).compactMap(BlockBitmap.init)
    }

    init(name: String) { self.name = name }
}

/// A record of which parts of an image have been written.
package struct BlockBitmap: Equatable, Sendable {
    package var name: String
    /// In bytes.
    package var granularity: UInt64
    /// How many bytes are marked.
    package var count: UInt64
    package var isRecording: Bool
    /// Kept in the image when QEMU ends.
    package var isPersistent: Bool
    /// It can't be trusted: QEMU didn't end well.
    package var isInconsistent: Bool

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string else { return nil }
        self.name = name
        granularity = value["granularity"]?.uint ?? 0
        count = value["count"]?.uint ?? 0
        isRecording = value["recording"]?.bool ?? false
        isPersistent = value["persistent"]?.bool ?? false
        isInconsistent = value["inconsistent"]?.bool ?? false
    }
}

/// What has gone through a node or a disk's device since QEMU has begun to count.
package struct BlockCounters: Equatable, Sendable {
    package struct Way: Equatable, Sendable {
        package var operations: UInt64 = 0
        package var bytes: UInt64 = 0
        /// In nanoseconds.
        package var time: UInt64 = 0

        init() {}

        fileprivate init(_ stats: JSONValue, _ prefix: String) {
            operations = stats[prefix + "_operations"]?.uint ?? 0
            bytes = stats[prefix + "_bytes"]?.uint ?? 0
            time = stats[prefix + "_total_time_ns"]?.uint ?? 0
        }
    }

    package var read = Way()
    package var written = Way()
    package var flushed = Way()
    /// The end of what was written farthest behind.
    package var highestOffset: UInt64 = 0

    package init() {}

    init(_ stats: JSONValue) {
        read = Way(stats, "rd")
        written = Way(stats, "wr")
        flushed = Way(stats, "flush")
        highestOffset = stats["wr_highest_offset"]?.uint ?? 0
    }
}

extension BlockCounters {
    /// Counts what another disk has done, too.
    package mutating func add(_ other: BlockCounters) {
        read.add(other.read)
        written.add(other.written)
        flushed.add(other.flushed)
    }
}

extension BlockCounters.Way {
    fileprivate mutating func add(_ other: Self) {
        operations &+= other.operations
        bytes &+= other.bytes
        time &+= other.time
    }
}
