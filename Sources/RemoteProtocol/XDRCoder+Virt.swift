import Virt
import XDR

extension XDRCoder {
    /// An object's identity, sixteen bytes.
    public mutating func uuid(_ value: inout UUID) throws(XDRError) {
        try uint64(&value.high)
        try uint64(&value.low)
    }

    /// A set of flags.
    @inlinable
    public mutating func flags<F: OptionSet>(_ value: inout F) throws(XDRError) where F.RawValue == UInt32 {
        var word = value.rawValue
        try uint32(&word)
        value = F(rawValue: word)
    }
}

extension TypedParameter: XDRValue {
    public init() { self.init("", .int(0)) }

    public mutating func code(_ x: inout XDRCoder) throws(XDRError) {
        try x.string(&field)
        try x.value(&value)
    }
}

extension TypedValue: XDRValue {
    public init() { self = .int(0) }

    public mutating func code(_ x: inout XDRCoder) throws(XDRError) {
        var type = self.type
        try x.int32(&type)
        if x.isReading {
            guard let empty = TypedValue(emptyOfType: type) else { throw .unknownCase(type) }
            self = empty
        }
        try codeContent(&x)
    }

    /// What follows the type.
    private mutating func codeContent(_ x: inout XDRCoder) throws(XDRError) {
        switch self {
        case .int(var value):
            try x.int32(&value)
            self = .int(value)
        case .uint(var value):
            try x.uint32(&value)
            self = .uint(value)
        case .llong(var value):
            try x.int64(&value)
            self = .llong(value)
        case .ullong(var value):
            try x.uint64(&value)
            self = .ullong(value)
        case .double(var value):
            try x.double(&value)
            self = .double(value)
        case .boolean(var value):
            try x.bool(&value)
            self = .boolean(value)
        case .string(var value):
            try x.string(&value)
            self = .string(value)
        }
    }

    private init?(emptyOfType type: Int32) {
        switch type {
        case 1: self = .int(0)
        case 2: self = .uint(0)
        case 3: self = .llong(0)
        case 4: self = .ullong(0)
        case 5: self = .double(0)
        case 6: self = .boolean(false)
        case 7: self = .string("")
        default: return nil
        }
    }
}
