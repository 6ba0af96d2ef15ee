private import CJSONC

/// json-c's tokenizer, owned.
struct OpaqueTokener: ~Copyable {
    private let tokener: UnsafeMutablePointer<json_tokener>?

    init(depth: Int) {
        tokener = json_tokener_new_ex(Int32(clamping: depth))
        guard let tokener else { return }
        json_tokener_set_flags(
            tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS | JSON_TOKENER_VALIDATE_UTF8)
    }

    deinit { if let tokener { json_tokener_free(tokener) } }

    /// Reads on in `bytes`: a value, nil if the document goes on, or why it can't be read; and how many bytes
    /// were used.
    func feed(_ bytes: ArraySlice<UInt8>) -> (Result<JSONValue?, JSONError>, used: Int) {
        guard let tokener else { return (.failure(.malformed(reason: "out of memory", offset: 0)), 0) }
        return bytes.withUnsafeBytes { buffer in
            let length = Int32(clamping: buffer.count)
            let start = buffer.bindMemory(to: CChar.self).baseAddress
            let object = json_tokener_parse_ex(tokener, start, length)
            defer { json_object_put(object) }
            let used = Int(clamping: json_tokener_get_parse_end(tokener))
            return (Self.outcome(json_tokener_get_error(tokener), object, used), used)
        }
    }

    private static func outcome(
        _ error: json_tokener_error, _ object: OpaquePointer?, _ used: Int
    ) -> Result<JSONValue?, JSONError> {
        switch error {
        case json_tokener_success: .success(JSONValue(copying: object))
        case json_tokener_continue: .success(nil)
        case json_tokener_error_depth: .failure(.tooDeep)
        default: .failure(.malformed(reason: String(cString: json_tokener_error_desc(error)), offset: used))
        }
    }
}

extension JSONValue {
    /// Copies a value of json-c's; how deep it goes was bounded when it was read.
    init(copying object: OpaquePointer?) {
        switch json_object_get_type(object) {
        case json_type_boolean: self = .bool(json_object_get_boolean(object) != 0)
        case json_type_double: self = Self.number(of: object)
        case json_type_int: self = Self.integer(of: object)
        case json_type_string: self = .string(Self.string(of: object))
        case json_type_array: self = .array(Self.elements(of: object))
        case json_type_object: self = .object(Self.members(of: object))
        default: self = .null
        }
    }

    /// json-c takes `NaN` and `1e999`, for which JSON has no word; they are written as null, and read so.
    private static func number(of object: OpaquePointer?) -> JSONValue {
        let value = json_object_get_double(object)
        return value.isFinite ? .number(value) : .null
    }

    /// json-c answers with the largest `Int64` for what is larger.
    private static func integer(of object: OpaquePointer?) -> JSONValue {
        let value = json_object_get_int64(object)
        return value == Int64.max ? JSONValue(json_object_get_uint64(object)) : .integer(value)
    }

    private static func string(of object: OpaquePointer?) -> String {
        guard let start = json_object_get_string(object) else { return "" }
        let length = Int(json_object_get_string_len(object))
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }

    private static func elements(of object: OpaquePointer?) -> [JSONValue] {
        (0..<json_object_array_length(object)).map {
            JSONValue(copying: json_object_array_get_idx(object, $0))
        }
    }

    private static func members(of object: OpaquePointer?) -> JSONObject {
        var members: [(key: String, value: JSONValue)] = []
        var entry = json_object_get_object(object)?.pointee.head
        while let current = entry {
            let key = current.pointee.k.map { String(cString: $0.assumingMemoryBound(to: CChar.self)) }
            let value = current.pointee.v.map { OpaquePointer($0) }
            members.append((key ?? "", JSONValue(copying: value)))
            entry = current.pointee.next
        }
        return JSONObject(distinct: members)
    }
}
