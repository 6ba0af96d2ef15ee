import XMLBinding

/// How much of the host's disks the hypervisor may use.
public struct BlkioTune: XMLElement {
    /// 100...1000
    public var weight: UInt32?
    public var devices: [BlkioDevice] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("weight", &weight, .orNone)
        if weight == 0 { weight = nil }
        try x.elements("device", &devices)
        if x.isReading { devices.removeAll { $0.limitsNothing } }
        var seen: Set<String> = []
        for device in devices where x.isReading {
            try x.require(!device.path.isEmpty, "missing per-device path", .unsupported)
            try x.require(
                seen.insert(device.path).inserted,
                "duplicate blkio device path '\(device.path)'", .unsupported)
        }
    }
}

/// Limits for one disk of the host, per second.
public struct BlkioDevice: XMLElement {
    public var path = ""
    public var weight: UInt32?
    public var readIOPS: UInt32?
    public var writeIOPS: UInt32?
    public var readBytes: UInt64?
    public var writeBytes: UInt64?

    public init() {}

    /// Whether there is a path and no more.
    fileprivate var limitsNothing: Bool {
        var plain = BlkioDevice()
        plain.path = path
        return self == plain && !path.isEmpty
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("path", &path)
        try x.value("weight", &weight, .refusing("could not parse weight %"))
        try x.value("read_iops_sec", &readIOPS, .refusing("could not parse read iops sec %"))
        try x.value("write_iops_sec", &writeIOPS, .refusing("could not parse write iops sec %"))
        try x.value("read_bytes_sec", &readBytes, .refusing("could not parse read bytes sec %"))
        try x.value("write_bytes_sec", &writeBytes, .refusing("could not parse write bytes sec %"))
    }
}

/// The group of processes that the domain's resources are counted in.
public struct ResourcePartition: XMLElement {
    public var partition: String?
    /// What the host's fibre channel switches know the guest's traffic by.
    public var fibreChannelAppID: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("partition", &partition)
        try x.group("fibrechannel") { (x) throws(XMLError) in
            try x.attribute("appid", &fibreChannelAppID, .unlessEmpty)
        }
    }
}
