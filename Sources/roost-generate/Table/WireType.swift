/// A type of the wire as the table names it.
indirect enum WireType: Equatable {
    case int8, uint8, uint16, int32, uint32, int64, uint64, double, bool, uuid
    case string, optionalString
    case bytes(max: Int)
    /// `char name[N]`: text in a fixed field, four bytes a character.
    case characters(count: Int)
    /// A structure, a reference or a flag set of the vocabulary.
    case named(String)
    case optional(String)
    case flags(String)
    case list(WireType, max: Int)

    /// The Swift type that stands for it.
    var swift: String {
        switch self {
        case .int8: "Int8"
        case .uint8: "UInt8"
        case .uint16: "UInt16"
        case .int32: "Int32"
        case .uint32: "UInt32"
        case .int64: "Int64"
        case .uint64: "UInt64"
        case .double: "Double"
        case .bool: "Bool"
        case .uuid: "UUID"
        case .string, .characters: "String"
        case .optionalString: "String?"
        case .bytes: "[UInt8]"
        case .named(let name), .flags(let name): name
        case .optional(let name): name + "?"
        case .list(let element, _): "[\(element.swift)]"
        }
    }

    /// What a field holds before anything is known of it.
    var initial: String {
        switch self {
        case .int8, .uint8, .uint16, .int32, .uint32, .int64, .uint64, .double: "0"
        case .bool: "false"
        case .uuid: ".zero"
        case .string, .characters: "\"\""
        case .optionalString, .optional: "nil"
        case .bytes, .list, .flags: "[]"
        case .named(let name): name + "()"
        }
    }

    /// The statement that reads or writes the field `name`.
    func coding(_ name: String) -> String {
        switch self {
        case .int8: "try x.int8(&\(name))"
        case .uint8: "try x.uint8(&\(name))"
        case .uint16: "try x.uint16(&\(name))"
        case .int32: "try x.int32(&\(name))"
        case .uint32: "try x.uint32(&\(name))"
        case .int64: "try x.int64(&\(name))"
        case .uint64: "try x.uint64(&\(name))"
        case .double: "try x.double(&\(name))"
        case .bool: "try x.bool(&\(name))"
        case .uuid: "try x.uuid(&\(name))"
        case .string: "try x.string(&\(name))"
        case .optionalString: "try x.optionalString(&\(name))"
        case .bytes(let max): "try x.bytes(&\(name), max: \(max))"
        case .characters(let count): "try x.characters(&\(name), count: \(count))"
        case .named: "try x.value(&\(name))"
        case .optional: "try x.optional(&\(name))"
        case .flags: "try x.flags(&\(name))"
        case .list(let element, let max): "try x.\(element.listMethod)(&\(name), max: \(max))"
        }
    }

    private var listMethod: String {
        switch self {
        case .int8: "int8s"
        case .int32: "int32s"
        case .uint32: "uint32s"
        case .uint64: "uint64s"
        case .string: "strings"
        default: "values"
        }
    }
}
