extension XMLBinder {
    /// An attribute that may be absent.
    @inlinable
    public mutating func attribute<V: XMLValue>(_ name: StaticString, _ value: inout V?) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name) else { return }
            value = try parse(text, name)
        } else if let value {
            put(name, value.xml)
        }
    }

    /// An attribute that must be there.
    @inlinable
    public mutating func attribute<V: XMLValue>(_ name: StaticString, _ value: inout V) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name) else { throw missing(name) }
            value = try parse(text, name)
        } else {
            put(name, value.xml)
        }
    }

    /// An attribute that means `standard` when absent, and is always written.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V, default standard: V
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name) else { return value = standard }
            value = try parse(text, name)
        } else {
            put(name, value.xml)
        }
    }

    /// An attribute that means `standard` when absent, and isn't written then.
    @inlinable
    public mutating func attribute<V: XMLValue & Equatable>(
        _ name: StaticString, _ value: inout V, omitting standard: V
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name) else { return value = standard }
            value = try parse(text, name)
        } else if value != standard {
            put(name, value.xml)
        }
    }

    /// A flag that says `yes` or `no`, or nothing.
    @inlinable
    public mutating func yesNo(_ name: StaticString, _ value: inout Bool?) throws(XMLError) {
        try word(name, &value, yes: "yes", no: "no")
    }

    /// A flag that says `on` or `off`, or nothing.
    @inlinable
    public mutating func onOff(_ name: StaticString, _ value: inout Bool?) throws(XMLError) {
        try word(name, &value, yes: "on", no: "off")
    }

    /// A flag that is written as `yes` when set and left out otherwise.
    @inlinable
    public mutating func yes(_ name: StaticString, _ value: inout Bool) throws(XMLError) {
        var word: Bool? = value ? true : nil
        try yesNo(name, &word)
        value = word ?? false
    }

    /// A number that is written in hexadecimal with at least `width` digits. Reading takes any C notation.
    @inlinable
    public mutating func hex<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V?, width: Int
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name) else { return }
            guard let number = V(anyBase: text) else {
                throw invalid(name, text, expected: V.expectation)
            }
            value = number
        } else if let value {
            put(name, value.hex(width: width))
        }
    }

    /// As above, for a number that is always there; absent means zero.
    @inlinable
    public mutating func hex<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V, width: Int
    ) throws(XMLError) {
        var optional: V? = isReading ? nil : value
        try hex(name, &optional, width: width)
        value = optional ?? 0
    }

    /// A decimal number; reading takes any C notation.
    @inlinable
    public mutating func number<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V?
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name) else { return }
            guard let number = V(anyBase: text) else {
                throw invalid(name, text, expected: V.expectation)
            }
            value = number
        } else if let value {
            put(name, value.xml)
        }
    }

    /// As above; absent means zero, and it's always written.
    @inlinable
    public mutating func number<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V
    ) throws(XMLError) {
        var optional: V? = isReading ? nil : value
        try number(name, &optional)
        value = optional ?? 0
    }

    /// Declares a namespace on the present element, which the children that follow use. Written only.
    @inlinable
    public mutating func namespace(_ declaration: StaticString, _ address: StaticString) {
        if isWriting { put(declaration, address.description) }
    }

    @usableFromInline
    mutating func word(
        _ name: StaticString, _ value: inout Bool?, yes: StaticString, no: StaticString
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name) else { return }
            switch text {
            case yes.description: value = true
            case no.description: value = false
            default: throw invalid(name, text, expected: "")
            }
        } else if let value {
            put(name, (value ? yes : no).description)
        }
    }

    /// The present element's attribute, while reading.
    @usableFromInline
    func attributeText(_ name: StaticString) -> String? { node?.attribute(name) }

    @usableFromInline
    mutating func put(_ name: StaticString, _ value: String) { writer.attribute(name, value) }

    @inlinable
    func parse<V: XMLValue>(_ text: String, _ name: StaticString) throws(XMLError) -> V {
        guard let value = V(xml: text) else { throw invalid(name, text, expected: V.expectation) }
        return value
    }
}
