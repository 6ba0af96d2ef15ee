import XMLBinding

/// The cylinders, heads and sectors that the guest's firmware shows.
public struct DiskGeometry: XMLElement {
    public var cylinders: UInt32 = 0
    public var heads: UInt32 = 0
    public var sectors: UInt32 = 0
    public var translation: Translation?

    public init() {}

    /// Whether nothing is missing: only then it counts.
    var isWhole: Bool { cylinders > 0 && heads > 0 && sectors > 0 }

    public enum Translation: String, XMLWord { case `default`, none, auto, lba }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("cyls", &cylinders, default: 0)
        try x.attribute("heads", &heads, default: 0)
        try x.attribute("secs", &sectors, default: 0)
        try x.attribute("trans", &translation)
    }
}

/// The block sizes that the guest sees, in bytes.
public struct DiskBlockIO: XMLElement {
    public var logicalBlockSize: UInt32?
    public var physicalBlockSize: UInt32?
    public var discardGranularity: UInt32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("logical_block_size", &logicalBlockSize)
        try x.attribute("physical_block_size", &physicalBlockSize)
        try x.attribute("discard_granularity", &discardGranularity)
        if logicalBlockSize == 0 { logicalBlockSize = nil }
        if physicalBlockSize == 0 { physicalBlockSize = nil }
        if discardGranularity == 0 { discardGranularity = nil }
    }
}

/// What is written to the disk is forgotten when the domain stops.
public struct DiskTransient: XMLElement {
    public var shareBacking: Bool?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("shareBacking", &shareBacking)
        if shareBacking == false { shareBacking = nil }
    }
}

/// A group of limits that a disk shares with others.
public struct ThrottleFilter: XMLElement {
    public var group = ""

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("group", &group, orElse: "throttle group '(null)' not found")
    }
}

/// Limits on a disk's traffic, per second. A total excludes separate limits for reading and writing.
public struct IOTune: XMLElement {
    public var totalBytes: UInt64?, readBytes: UInt64?, writeBytes: UInt64?
    public var totalIOPS: UInt64?, readIOPS: UInt64?, writeIOPS: UInt64?
    public var totalBytesMax: UInt64?, readBytesMax: UInt64?, writeBytesMax: UInt64?
    public var totalIOPSMax: UInt64?, readIOPSMax: UInt64?, writeIOPSMax: UInt64?
    public var sizeIOPS: UInt64?
    public var groupName: String?
    /// How long, in seconds, the maxima may be used.
    public var totalBytesMaxLength: UInt64?, readBytesMaxLength: UInt64?, writeBytesMaxLength: UInt64?
    public var totalIOPSMaxLength: UInt64?, readIOPSMaxLength: UInt64?, writeIOPSMaxLength: UInt64?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.limit("total_bytes_sec", &totalBytes)
        try x.limit("read_bytes_sec", &readBytes)
        try x.limit("write_bytes_sec", &writeBytes)
        try x.limit("total_iops_sec", &totalIOPS)
        try x.limit("read_iops_sec", &readIOPS)
        try x.limit("write_iops_sec", &writeIOPS)
        try x.limit("total_bytes_sec_max", &totalBytesMax)
        try x.limit("read_bytes_sec_max", &readBytesMax)
        try x.limit("write_bytes_sec_max", &writeBytesMax)
        try x.limit("total_iops_sec_max", &totalIOPSMax)
        try x.limit("read_iops_sec_max", &readIOPSMax)
        try x.limit("write_iops_sec_max", &writeIOPSMax)
        try x.limit("size_iops_sec", &sizeIOPS)
        try x.value("group_name", &groupName)
        try x.limit("total_bytes_sec_max_length", &totalBytesMaxLength)
        try x.limit("read_bytes_sec_max_length", &readBytesMaxLength)
        try x.limit("write_bytes_sec_max_length", &writeBytesMaxLength)
        try x.limit("total_iops_sec_max_length", &totalIOPSMaxLength)
        try x.limit("read_iops_sec_max_length", &readIOPSMaxLength)
        try x.limit("write_iops_sec_max_length", &writeIOPSMaxLength)
    }
}

extension XMLBinder {
    /// A child that holds a limit; zero is none.
    mutating func limit(_ name: StaticString, _ value: inout UInt64?) throws(XMLError) {
        try self.value(name, &value, .refusing("disk iotune field '\(name)' must be an integer", .xml))
        if value == 0 { value = nil }
    }
}
