extension XMLBinder {
    /// An attribute that may be absent.
    @inlinable
    public mutating func attribute<V: XMLValue>(_ name: StaticString, _ value: inout V?) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name, V.self) else { return }
            value = try parse(text, name)
        } else if let value {
            put(name, value.xml)
        }
    }

    /// An attribute that must be there.
    @inlinable
    public mutating func attribute<V: XMLValue>(_ name: StaticString, _ value: inout V) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name, V.self, required: true) else { throw missing(name) }
            value = try parse(text, name)
        } else {
            put(name, value.xml)
        }
    }

    /// An attribute that must be there, with words of its own for when it isn't.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V, orElse message: String, _ code: XMLError.Code = .xml
    ) throws(XMLError) {
        if isReading, attributeText(name, V.self, required: true) == nil {
            throw fault(message, code, attribute: name.description)
        }
        try attribute(name, &value)
    }

    /// An attribute that means `standard` when absent, and is always written.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V, default standard: V
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name, V.self) else { return value = standard }
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
            guard let text = attributeText(name, V.self) else { return value = standard }
            value = try parse(text, name)
        } else if value != standard {
            put(name, value.xml)
        }
    }

    /// A flag that says `yes` or `no`, or nothing.
    @inlinable
    public mutating func yesNo(_ name: StaticString, _ value: inout Bool?) throws(XMLError) {
        var word = value.map { $0 ? YesNo.yes : .no }
        try attribute(name, &word)
        if isReading, let word { value = word == .yes }
    }

    /// A flag that says `on` or `off`, or nothing.
    @inlinable
    public mutating func onOff(_ name: StaticString, _ value: inout Bool?) throws(XMLError) {
        var word = value.map { $0 ? OnOff.on : .off }
        try attribute(name, &word)
        if isReading, let word { value = word == .on }
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
            guard let text = attributeText(name, V.self) else { return }
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
            guard let text = attributeText(name, V.self) else { return }
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

    /// The present element's attribute, while reading.
    @usableFromInline
    func attributeText(
        _ name: StaticString, _ type: any XMLValue.Type, required: Bool = false
    ) -> String? {
        guard let node else { return nil }
        invention?.attribute(name, of: node, as: type, required: required)
        return node.attribute(name)
    }

    @usableFromInline
    mutating func put(_ name: StaticString, _ value: String) { writer.attribute(name, value) }

    @inlinable
    func parse<V: XMLValue>(_ text: String, _ name: StaticString) throws(XMLError) -> V {
        guard let value = V(xml: text) else {
            if let node, let complaint = V.complaint(about: text, in: name.description) {
                throw complaint.placed(at: node)
            }
            throw invalid(name, text, expected: V.expectation)
        }
        return value
    }
}

@usableFromInline enum YesNo: String, XMLWord { case yes, no }
@usableFromInline enum OnOff: String, XMLWord { case on, off }
