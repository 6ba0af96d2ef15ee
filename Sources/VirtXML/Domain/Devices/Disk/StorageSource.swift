import ByteText
import XMLBinding

/// Where an image comes from.
public struct StorageSource: Equatable, Sendable {
    public var type: Kind = .file
    /// The file, device, folder or socket.
    public var path: String?
    /// What a volume is on the host, at `path`, once its pool has been asked. No document has either.
    public var located: Kind?
    /// Open descriptors that stand for the file.
    public var fdgroup: String?
    @Boxed public var network: NetworkStorage?
    @Boxed public var volume: VolumeReference?
    @Boxed public var nvme: NVMeReference?
    public var startupPolicy: StartupPolicy?
    /// A number by which the running domain's images are told apart.
    public var index: UInt32?
    @Boxed public var reconnect: Reconnect?
    public var seclabels: [DeviceSeclabel] = []
    @Boxed public var slice: StorageSlice?
    @Boxed public var dataStore: DataStore?
    @Boxed public var auth: StorageAuth?
    @Boxed public var encryption: StorageEncryption?
    @Boxed public var reservations: Reservations?

    public init() {}

    /// A source of a kind, with nothing said about where.
    public init(_ type: Kind) { self.type = type }

    /// A local file.
    public init(file: String) { path = file }

    public enum Kind: String, XMLWord { case file, block, dir, network, volume, nvme, vhostuser, vhostvdpa }

    public enum StartupPolicy: String, XMLWord { case mandatory, requisite, optional }

    /// What the image is on the host: of a volume, what its pool said.
    public var actualType: Kind { type == .volume ? located ?? type : type }

    /// No medium is in the drive.
    public var isEmpty: Bool {
        switch type {
        case .file, .block, .dir, .vhostuser, .vhostvdpa: path == nil
        case .network: network == nil
        case .volume: volume == nil
        case .nvme: nvme == nil
        }
    }
}

extension StorageSource {
    /// Binds the `source` element; the `type` stands on the element around it.
    mutating func bindElement(
        _ x: inout XMLBinder, as name: StaticString = "source"
    ) throws(XMLError) {
        if x.isWriting {
            let mustStand = !isEmpty && type == .network
            if isUnsaid { return }
            if mustStand {
                return try x.always(name) { (x) throws(XMLError) in try bindContents(&x) }
            }
        }
        try x.group(name) { (x) throws(XMLError) in try bindContents(&x) }
        if x.isReading, isUnsaid, x.attribute("startupPolicy", ofChild: name) == nil {
            self = StorageSource(type)
        }
    }

    /// The source of an image that can't do without. One that says nothing is written all the same, other than by libvirt, which
    /// could not read what it has written.
    mutating func bindNeeded(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, isUnsaid { return try x.always("source") { (_) throws(XMLError) in } }
        try bindElement(&x)
    }

    /// There is nothing that would be written.
    var isUnsaid: Bool { isEmpty && startupPolicy == nil && seclabels.isEmpty && index == nil }

    private mutating func bindContents(_ x: inout XMLBinder) throws(XMLError) {
        try bindLocation(&x)
        if x.isWriting { try x.attribute("startupPolicy", &startupPolicy) }
        try bindIndex(&x)
        try bindLocationChildren(&x)
        if x.isReading {
            try bindSecrets(&x)
            try bindReservations(&x)
        }
        if x.isWriting { try x.seclabels(&seclabels) }
        try x.group("slices") { (x) throws(XMLError) in
            if x.isWriting || x.attribute("type", ofChild: "slice") == "storage" {
                try x.element("slice", &slice)
            }
        }
        if x.isReading { try x.seclabels(&seclabels) } else { try bindSecrets(&x) }
        try x.element("dataStore", &dataStore)
        if x.isWriting { try bindReservations(&x) }
        // What a server keeps is labelled there, if at all.
        if type == .network { seclabels = [] }
    }

    private mutating func bindSecrets(_ x: inout XMLBinder) throws(XMLError) {
        // Who asks a server for a volume is known to its pool.
        if type != .volume { try x.element("auth", &auth) }
        try x.element("encryption", &encryption)
    }

    private mutating func bindReservations(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("reservations", &reservations)
        if x.isReading, reservations == Reservations() { reservations = nil }
    }

    private mutating func bindLocation(_ x: inout XMLBinder) throws(XMLError) {
        switch type {
        case .file:
            try x.attribute("file", &path)
            try x.attribute("fdgroup", &fdgroup)
        case .block: try x.attribute("dev", &path)
        case .vhostvdpa: try x.required("dev", &path)
        case .dir: try x.attribute("dir", &path)
        case .network: try x.inline(&network)
        case .volume:
            if x.isReading, x.node?.attribute("pool") == nil, x.node?.attribute("volume") == nil { return }
            try x.inline(&volume)
        case .nvme: try x.inline(&nvme)
        case .vhostuser:
            var kind = "unix"
            try x.attribute("type", &kind, orElse: "missing 'type' attribute for vhostuser disk source")
            try x.require(kind == "unix", "invalid 'type' attribute for vhostuser disk source")
            try x.attribute("path", &path, orElse: "missing 'path' attribute for vhostuser disk source")
        }
        if path == "", x.isReading { path = nil }
    }

    private mutating func bindLocationChildren(_ x: inout XMLBinder) throws(XMLError) {
        switch type {
        case .network: try network?.bindChildren(&x)
        case .nvme: try nvme?.bindChildren(&x)
        case .vhostuser: try x.element("reconnect", &reconnect)
        default: break
        }
    }

    private mutating func bindIndex(_ x: inout XMLBinder) throws(XMLError) {
        // Who runs the guest numbers the images: what a definition says of it isn't looked at.
        if x.isReading, x.options.contains(.inactive) { return }
        try x.attribute("index", &index)
    }
}

extension XMLBinder {
    /// Binds a part that has no element of its own.
    mutating func inline<T: XMLElement>(_ value: inout T?) throws(XMLError) {
        if isReading {
            var new = T()
            try new.bind(&self)
            value = new
        } else if var copy = value {
            try copy.bind(&self)
        }
    }
}

extension StorageSource {
    /// What the source is called in messages.
    public var name: String {
        if let volume { return "pool = '\(volume.pool)', volume = '\(volume.volume)'" }
        if type == .vhostuser || type == .vhostvdpa { return "" }
        guard let network, let name = network.name else { return path ?? "" }
        let isSplit = network.protocol == .rbd || network.protocol == .gluster
        return isSplit ? name.cut(atByte: "/").map { String($0.1) } ?? name : name
    }
}
