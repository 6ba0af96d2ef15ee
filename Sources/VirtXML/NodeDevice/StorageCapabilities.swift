import XMLBinding

/// A SCSI controller.
public struct SCSIHostCapability: XMLElement {
    public var host: UInt32 = 0
    public var uniqueID: Int32?
    @Boxed public var fibreChannel: FibreChannel?
    @Boxed public var vports: VPorts?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("host", &host, .orNone)
        try x.value("unique_id", &uniqueID, .orNone)
        try x.knows(
            ["fc_host", "vport_ops"], missing: "missing SCSI host capability type for '\(x.device)'",
            orElse: { "unknown SCSI host capability type '\($0)' for '\(x.device)'" })
        try x.subcapability("fc_host", &fibreChannel)
        try x.subcapability("vport_ops", &vports)
    }

    public struct FibreChannel: XMLElement {
        public var wwnn = ""
        public var wwpn = ""
        public var fabricWWN: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("wwnn", &wwnn)
            try x.value("wwpn", &wwpn)
            try x.value("fabric_wwn", &fabricWWN)
        }
    }

    /// How many virtual controllers there are and may be.
    public struct VPorts: XMLElement {
        public var maximum: UInt32 = 0
        public var count: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isReading, x.options.contains(.inactive) { return }
            try x.value("max_vports", &maximum)
            try x.value("vports", &count)
        }
    }
}

public struct SCSITargetCapability: XMLElement {
    public var target = ""
    @Boxed public var remotePort: RemotePort?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("target", &target)
        try x.supply(!target.isEmpty, "target name")
        try x.knows(
            ["fc_remote_port"], missing: "missing type for SCSI target capability for '\(x.device)'",
            orElse: { "unknown SCSI target capability type '\($0)' for '\(x.device)'" })
        try x.subcapability("fc_remote_port", &remotePort)
    }

    public struct RemotePort: XMLElement {
        public var name = ""
        public var wwpn = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("rport", &name)
            try x.require(!name.isEmpty, "missing rport name for '\(x.device)'", .internalError)
            try x.value("wwpn", &wwpn)
            try x.require(!wwpn.isEmpty, "missing wwpn identifier for '\(x.device)'", .internalError)
        }
    }
}

public struct SCSICapability: XMLElement {
    public var host: UInt32 = 0
    public var bus: UInt32 = 0
    public var target: UInt32 = 0
    public var lun: UInt32 = 0
    public var type: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.supplied("host", &host, "SCSI host ID")
        try x.supplied("bus", &bus, "SCSI bus ID")
        try x.supplied("target", &target, "SCSI target ID")
        try x.supplied("lun", &lun, "SCSI LUN ID")
        try x.value("type", &type)
    }
}

/// A disk or drive.
public struct StorageCapability: XMLElement {
    public var block = ""
    public var bus: String?
    public var driveType: String?
    public var model: String?
    public var vendor: String?
    public var serial: String?
    @Boxed public var removable: Removable?
    public var size: UInt64?
    public var logicalBlockSize: UInt64?
    public var blockCount: UInt64?
    public var isHotpluggable = false

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("block", &block)
        try x.supply(!block.isEmpty, "block device path")
        try x.knows(
            ["removable", "hotpluggable"], missing: "missing storage capability type for '\(x.device)'",
            orElse: { "unknown storage capability type '\($0)' for '\(x.device)'" })
        try x.value("bus", &bus)
        try x.value("drive_type", &driveType)
        try x.value("model", &model)
        try x.value("vendor", &vendor)
        try x.value("serial", &serial)
        try x.subcapability("removable", &removable)
        let words = "invalid size supplied for '\(x.device)'"
        try x.value("size", &size, .refusing(words, .internalError))
        try x.supply(size != nil || removable != nil, "size")
        try x.value("logical_block_size", &logicalBlockSize, .orNone)
        try x.value("num_blocks", &blockCount, .orNone)
        try x.subcapability("hotpluggable", &isHotpluggable)
    }

    /// The medium in a drive.
    public struct Removable: XMLElement {
        public var mediaAvailable: Int = 0
        public var mediaSize: UInt64 = 0
        public var mediaLabel: String?
        public var logicalBlockSize: UInt64?
        public var blockCount: UInt64?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.value("media_available", &mediaAvailable, .orNone)
            try x.supplied("media_size", &mediaSize, "removable media size")
            try x.value("media_label", &mediaLabel)
            try x.value("logical_block_size", &logicalBlockSize, .orNone)
            try x.value("num_blocks", &blockCount, .orNone)
        }
    }
}
