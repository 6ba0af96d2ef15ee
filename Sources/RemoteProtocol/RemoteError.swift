import Virt
import XDR

/// A `VirtError` as it travels, with the object that it is about.
public struct RemoteError: XDRValue, Hashable {
    public var code: Int32 = 0
    public var domain: Int32 = 0
    public var message: String?
    public var level: Int32 = 0
    public var guest: DomainReference?
    public var string1: String?
    public var string2: String?
    public var string3: String?
    public var integer1: Int32 = 0
    public var integer2: Int32 = 0
    public var network: NetworkReference?

    public init() {}

    public init(_ error: VirtError) {
        code = error.code.rawValue
        domain = error.domain.rawValue
        message = error.message
        level = error.level.rawValue
        string1 = error.string1
        string2 = error.string2
        string3 = error.string3
        integer1 = error.integer1
        integer2 = error.integer2
    }

    /// The error by value.
    public var virtError: VirtError {
        VirtError(
            code: ErrorNumber(rawValue: code), domain: ErrorDomain(rawValue: domain),
            level: ErrorLevel(rawValue: level), message: message ?? "an unknown error", string1: string1,
            string2: string2, string3: string3, integer1: integer1, integer2: integer2)
    }

    public mutating func code(_ x: inout XDRCoder) throws(XDRError) {
        try x.int32(&code)
        try x.int32(&domain)
        try x.optionalString(&message)
        try x.int32(&level)
        try x.optional(&guest)
        try x.optionalString(&string1)
        try x.optionalString(&string2)
        try x.optionalString(&string3)
        try x.int32(&integer1)
        try x.int32(&integer2)
        try x.optional(&network)
    }
}

/// A gap in a sparse stream.
public struct StreamHole: XDRValue, Hashable {
    /// How many zero bytes it stands for.
    public var length: Int64 = 0
    public var flags: UInt32 = 0

    public init() {}
    public init(length: Int64) { self.length = length }

    public mutating func code(_ x: inout XDRCoder) throws(XDRError) {
        try x.int64(&length)
        try x.uint32(&flags)
    }
}
