import XMLBinding

/// What a volume's document itself says of sizes, before anything is filled in.
public struct StorageVolumeSizes: XMLRoot {
    public static let elementName: StaticString = "volume"
    public var capacity: String?
    public var allocation: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("capacity", &capacity)
        try x.value("allocation", &allocation)
    }
}
