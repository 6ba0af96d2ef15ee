import ByteText

extension XMLBinder {
    /// An attribute that may be absent.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V?, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name, V.self, reading) else { return }
            if let read: V = try parse(text, name, reading) { value = read }
        } else if let value {
            put(name, value.xml)
        }
    }

    /// An attribute that must be there.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name, V.self, reading, required: true) else { throw missing(name) }
            if let read: V = try parse(text, name, reading) { value = read }
        } else {
            put(name, value.xml)
        }
    }

    /// An attribute that must be there, of a value that others of the kind haven't.
    @inlinable
    public mutating func required<V: XMLValue>(
        _ name: StaticString, _ value: inout V?, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        if isReading, attributeText(name, V.self, reading, required: true) == nil { throw missing(name) }
        try attribute(name, &value, reading)
    }

    /// An attribute that must be there, with words of its own for when it isn't.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V, _ reading: XMLReading = .plain, orElse message: String,
        _ code: XMLError.Code = .xml
    ) throws(XMLError) {
        if isReading, attributeText(name, V.self, reading, required: true) == nil {
            throw fault(message, code, attribute: name.description)
        }
        try attribute(name, &value, reading)
    }

    /// As above, of a value that others of the kind haven't.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V?, _ reading: XMLReading = .plain, orElse message: String,
        _ code: XMLError.Code = .xml
    ) throws(XMLError) {
        if isReading, attributeText(name, V.self, reading, required: true) == nil {
            throw fault(message, code, attribute: name.description)
        }
        try attribute(name, &value, reading)
    }

    /// An attribute that means `standard` when absent, and is always written.
    @inlinable
    public mutating func attribute<V: XMLValue>(
        _ name: StaticString, _ value: inout V, _ reading: XMLReading = .plain, default standard: V
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name, V.self, reading) else { return value = standard }
            if let read: V = try parse(text, name, reading) { value = read }
        } else {
            put(name, value.xml)
        }
    }

    /// An attribute that means `standard` when absent, and isn't written then.
    @inlinable
    public mutating func attribute<V: XMLValue & Equatable>(
        _ name: StaticString, _ value: inout V, _ reading: XMLReading = .plain, omitting standard: V
    ) throws(XMLError) {
        if isReading {
            guard let text = attributeText(name, V.self, reading) else { return value = standard }
            if let read: V = try parse(text, name, reading) { value = read }
        } else if value != standard {
            put(name, value.xml)
        }
    }

    /// A flag that says `yes` or `no`, or nothing.
    @inlinable
    public mutating func yesNo(
        _ name: StaticString, _ value: inout Bool?, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        var word = value.map { $0 ? YesNo.yes : .no }
        try attribute(name, &word, reading)
        if isReading, let word { value = word == .yes }
    }

    /// A flag that says `on` or `off`, or nothing.
    @inlinable
    public mutating func onOff(
        _ name: StaticString, _ value: inout Bool?, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        var word = value.map { $0 ? OnOff.on : .off }
        try attribute(name, &word, reading)
        if isReading, let word { value = word == .on }
    }

    /// A flag that is written as `yes` when set and left out otherwise.
    @inlinable
    public mutating func yes(
        _ name: StaticString, _ value: inout Bool, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        var word: Bool? = value ? true : nil
        try yesNo(name, &word, reading)
        value = word ?? false
    }

    /// A number that is written in hexadecimal with at least `width` digits. Reading takes any C notation.
    @inlinable
    public mutating func hex<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V?, _ reading: XMLReading = .plain, width: Int
    ) throws(XMLError) {
        if isReading {
            guard let number: V = try anyBase(name, reading) else { return }
            value = number
        } else if let value {
            put(name, value.hex(width: width))
        }
    }

    /// The same, where a number without any mark is hexadecimal too.
    public mutating func base16<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V?, width: Int
    ) throws(XMLError) {
        guard isReading else { return try hex(name, &value, width: width) }
        guard let text = attributeText(name, V.self, .plain) else { return }
        let digits = text.droppingBytePrefix("0x") ?? text[...]
        guard let number = V(digits, radix: 16) else { throw refusal(text, name, V.self, .plain) }
        value = number
    }

    /// As above, for a number that is always there; absent means zero.
    @inlinable
    public mutating func hex<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V, _ reading: XMLReading = .plain, width: Int
    ) throws(XMLError) {
        var optional: V? = isReading ? nil : value
        try hex(name, &optional, reading, width: width)
        value = optional ?? 0
    }

    /// A decimal number; reading takes any C notation.
    @inlinable
    public mutating func number<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V?, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        if isReading {
            guard let number: V = try anyBase(name, reading) else { return }
            value = number
        } else if let value {
            put(name, value.xml)
        }
    }

    /// As above; absent means zero, and it's always written.
    @inlinable
    public mutating func number<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        var optional: V? = isReading ? nil : value
        try number(name, &optional, reading)
        value = optional ?? 0
    }

    /// Declares a namespace on the present element, which the children that follow use. Written only.
    @inlinable
    public mutating func namespace(_ declaration: StaticString, _ address: StaticString) {
        if isWriting { put(declaration, address.description) }
    }

    /// A number that libvirt keeps in a signed one and that can't be negative; each has words of its own.
    ///
    /// - Parameter anyBase: whether reading takes any C notation.
    public mutating func natural(
        _ name: StaticString, _ value: inout UInt32?, anyBase: Bool = false
    ) throws(XMLError) {
        var number = value.map { Int32(clamping: $0) }
        if anyBase { try self.number(name, &number) } else { try attribute(name, &number) }
        guard isReading, let number else { return }
        guard let natural = UInt32(exactly: number) else {
            throw invalid(name, String(number), expected: "non-negative value")
        }
        value = natural
    }

    /// An attribute that is one of a few words.
    public mutating func word(
        _ name: StaticString, _ value: inout String?, of known: Set<String>
    ) throws(XMLError) {
        try attribute(name, &value)
        guard isReading, let value, !known.contains(value) else { return }
        throw invalid(name, value, expected: "")
    }

    /// A number that counts from one, or is absent.
    public mutating func positive(_ name: StaticString, _ value: inout UInt32?) throws(XMLError) {
        try attribute(name, &value)
        guard isReading, value == 0 else { return }
        throw fault(
            "Invalid value for attribute '\(name)' in element '\(node?.name ?? "")': Zero is not permitted",
            attribute: name.description, value: "0")
    }

    /// The present element's attribute, while reading; nil for one that doesn't count.
    @usableFromInline
    func attributeText(
        _ name: StaticString, _ type: any XMLValue.Type, _ reading: XMLReading = .plain,
        required: Bool = false
    ) -> String? {
        guard let node else { return nil }
        invention?.attribute(name, of: node, as: type, required: required)
        guard let text = node.attribute(name) else { return nil }
        return reading.skipsEmpty && text.isEmpty ? nil : text
    }

    @usableFromInline
    mutating func put(_ name: StaticString, _ value: String) { writer.attribute(name, value) }

    @inlinable
    func parse<V: XMLValue>(_ text: String, _ name: StaticString, _ reading: XMLReading) throws(XMLError)
        -> V?
    {
        if let value = V(xml: text) { return value }
        if reading.skipsOthers { return nil }
        throw refusal(text, name, V.self, reading)
    }

    /// The present element's attribute as a number in any of C's notations, while reading.
    @inlinable
    func anyBase<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ reading: XMLReading
    ) throws(XMLError) -> V? {
        guard let text = attributeText(name, V.self, reading) else { return nil }
        guard let number = V(anyBase: text) else { throw refusal(text, name, V.self, reading) }
        return number
    }

    /// What is said of an attribute whose text is no value.
    @usableFromInline
    func refusal(
        _ text: String, _ name: StaticString, _ type: any XMLValue.Type, _ reading: XMLReading
    ) -> XMLError {
        if let words = reading.complaint(about: text) {
            return fault(words, reading.code, attribute: name.description, value: text)
        }
        if let node, let complaint = type.complaint(about: text, in: name.description) {
            return complaint.placed(at: node)
        }
        return invalid(name, text, expected: type.expectation)
    }
}

@usableFromInline enum YesNo: String, XMLWord { case yes, no }
@usableFromInline enum OnOff: String, XMLWord { case on, off }
