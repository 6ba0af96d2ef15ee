import JSON

/// A value that is an object of JSON. One function describes it for both directions.
protocol JSONElement {
    init()
    mutating func bind(_ x: inout JSONBinder)
}

/// Carries values between an object of JSON and a Swift value. What is absent, or isn't what it should be, leaves
/// the value as it was; nil, false and empty lists write nothing.
struct JSONBinder {
    private let source: JSONObject?
    private(set) var object = JSONObject()

    init(reading source: JSONObject) { self.source = source }
    init() { source = nil }

    mutating func value(_ key: String, _ value: inout String) {
        if let source { value = source[key]?.string ?? value } else { object.add(key, value) }
    }

    mutating func value(_ key: String, _ value: inout String?) {
        if let source { value = source[key]?.string ?? value } else { object.add(key, value) }
    }

    mutating func value(_ key: String, _ value: inout Int) {
        if let source { value = source[key]?.int.map(Int.init) ?? value } else { object.add(key, value) }
    }

    mutating func value(_ key: String, _ value: inout Int?) {
        if let source { value = source[key]?.int.map(Int.init) ?? value } else { object.add(key, value) }
    }

    mutating func flag(_ key: String, _ value: inout Bool) {
        if let source {
            value = source[key]?.bool ?? value
        } else if value {
            object.add(key, value)
        }
    }

    mutating func word<W: RawRepresentable<String>>(_ key: String, _ value: inout W) {
        var text = value.rawValue
        self.value(key, &text)
        value = W(rawValue: text) ?? value
    }

    mutating func strings(_ key: String, _ list: inout [String]) {
        if let source {
            list = source[key]?.array?.compactMap(\.string) ?? list
        } else if !list.isEmpty {
            object.add(key, .array(list.map { .string($0) }))
        }
    }

    mutating func elements<T: JSONElement>(_ key: String, _ list: inout [T]) {
        if let source {
            list = source[key]?.array?.compactMap { $0.object.map { T(json: $0) } } ?? list
        } else if !list.isEmpty {
            object.add(key, .array(list.map { .object($0.json) }))
        }
    }
}

/// What a daemon answers as JSON, on one line, with the number of its format before all else.
protocol JSONAnswer: JSONElement {
    static var format: Int64 { get }
}

extension JSONAnswer {
    /// Nil where the text isn't of the format that this version understands.
    init?(answer text: String) {
        guard let object = (try? JSONValue(parsing: text))?.object, object["format"]?.int == Self.format
        else { return nil }
        self.init(json: object)
    }

    var answer: String {
        var object: JSONObject = ["format": .integer(Self.format)]
        object.append((self as any JSONElement).json)
        return JSONValue.object(object).description
    }
}

extension JSONElement {
    init(json: JSONObject) {
        self.init()
        var binder = JSONBinder(reading: json)
        bind(&binder)
    }

    var json: JSONObject {
        var (copy, binder) = (self, JSONBinder())
        copy.bind(&binder)
        return binder.object
    }
}
