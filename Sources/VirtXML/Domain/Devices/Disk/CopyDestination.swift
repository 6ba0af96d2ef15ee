import XMLBinding

/// Where a disk is copied to: what a disk's element says of its image.
public struct CopyDestination: XMLRoot {
    public static let elementName: StaticString = "disk"

    public var source = StorageSource()
    /// The copy's format; nil for that of the disk.
    public var format: StorageFormat?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &source.type, default: .file)
        try x.group("driver") { (x) throws(XMLError) in
            try x.attribute("type", &format, .refusing("unknown driver format value '%'"))
        }
        try source.bindElement(&x)
    }
}
