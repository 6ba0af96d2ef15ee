import XMLBinding

/// The image below another one. Without a source, it says that there is none.
public struct BackingStore: XMLElement {
    @Boxed public var source: StorageSource?
    public var format: StorageFormat?
    public var metadataCacheSize: ByteSize?
    /// A number by which the running domain's images are told apart.
    public var index: UInt32?
    @Boxed public var backingStore: BackingStore?
    /// It was found in the image above when the domain started, so that it's no part of the definition.
    public var isDetected = false

    public init() {}

    /// Nothing is below: the chain ends here.
    public var isEnd: Bool { source == nil }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var image = source ?? StorageSource()
        var type = source?.type
        let noFormat = "missing disk backing store format"
        try x.requireParts(format: noFormat, source: "missing disk backing store source")
        try x.attribute("type", &type, .unknownStorage)
        guard let type else { return }
        image.type = type
        try bindIndex(&x)
        try x.imageFormat(&format, &metadataCacheSize)
        try x.require(format != nil, noFormat)
        try image.bindNeeded(&x)
        try x.element("backingStore", &backingStore)
        if x.isReading { source = image }
    }

    private mutating func bindIndex(_ x: inout XMLBinder) throws(XMLError) {
        // Who runs the guest numbers the images: what a definition says of it isn't looked at.
        if x.isReading, x.options.contains(.inactive) { return }
        try x.attribute("index", &index)
    }
}

extension DiskDevice {
    /// The images below the disk's own that are named, the topmost first, and what each is read from.
    public var layers: [(image: BackingStore, source: StorageSource)] {
        var found: [(image: BackingStore, source: StorageSource)] = []
        var below = backingStore
        while let image = below, let source = image.source {
            found.append((image, source))
            below = image.backingStore
        }
        return found
    }
}

/// The file that holds a qcow2 image's data apart from its metadata.
public struct DataStore: XMLElement {
    @Boxed public var source: StorageSource?
    public var format: StorageFormat?
    public var metadataCacheSize: ByteSize?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var image = source ?? StorageSource()
        let noFormat = "missing data file store format"
        try x.requireParts(format: noFormat, source: "missing disk data file store source")
        try x.attribute("type", &image.type, .unknownStorage)
        try x.imageFormat(&format, &metadataCacheSize)
        try x.require(format != nil, noFormat)
        try image.bindNeeded(&x)
        if x.isReading { source = image }
    }
}

/// A copy of the disk that is being made while the domain runs.
public struct DiskMirror: XMLElement {
    @Boxed public var source: StorageSource?
    public var format: StorageFormat?
    public var metadataCacheSize: ByteSize?
    public var job: Job = .copy
    public var ready: Ready?
    @Boxed public var backingStore: BackingStore?

    public init() {}

    public enum Job: String, XMLWord {
        case copy
        case activeCommit = "active-commit"
    }

    public enum Ready: String, XMLWord { case yes, abort, pivot }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var image = source ?? StorageSource()
        try bindType(&image, &x)
        try x.attribute("job", &job, default: .copy)
        try x.attribute("ready", &ready)
        try x.imageFormat(&format, &metadataCacheSize)
        if x.isWriting || x.hasChild("source") { try image.bindElement(&x) }
        try x.element("backingStore", &backingStore)
        if x.isReading { source = image }
    }

    /// A copy to a file also has its name and format where older programs look for them.
    private mutating func bindType(_ image: inout StorageSource, _ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &image.type, default: .file)
        guard image.type == .file, x.isReading || job == .copy else { return }
        try x.attribute("file", &image.path)
        try x.attribute("format", &format)
    }
}

extension XMLBinder {
    /// What an image that isn't a disk's own can't do without, which libvirt asks before it reads any of it.
    fileprivate func requireParts(format: String, source: String) throws(XMLError) {
        guard isReading, node?.attribute("type") != nil else { return }
        try require(attribute("type", ofChild: "format") ?? "" != "", format)
        try require(hasChild("source"), source)
    }

    /// The `format` element of an image that isn't a disk's own.
    mutating func imageFormat(_ format: inout StorageFormat?, _ cache: inout ByteSize?) throws(XMLError) {
        try group("format") { (x) throws(XMLError) in
            let unknown = "unknown storage source format"
            try x.attribute("type", &format, .unlessEmpty.refusing("\(unknown) '%'", .xml))
            // Of an image that guests use it says how it is encrypted, not what it is.
            try x.require(format != .luks, "\(unknown) 'luks'")
            try x.metadataCache(&cache)
        }
    }
}

extension XMLReading {
    fileprivate static let unknownStorage = refusing("unknown storage source type '%'", .xml)
}
