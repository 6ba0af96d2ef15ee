import XMLBinding

/// What a client says of where it looks for what pools could be made from.
public struct PoolSourceQuestion: XMLRoot {
    public static let elementName: StaticString = "source"
    public var source = PoolSource()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try source.bind(&x) }
}

/// What pools could be made from.
public struct PoolSourceList: XMLRoot {
    public static let elementName: StaticString = "sources"
    public var sources: [PoolSource] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.elements("source", &sources) }
}
