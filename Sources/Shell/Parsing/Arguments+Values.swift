import ByteText

/// The values of options, checked.
extension Arguments {
    private func value(_ name: String) -> String? { entries.first { $0.option.name == name }?.value }

    /// The text of an option; nil if it wasn't given. An empty one is an error unless the option allows it.
    func string(_ name: String) throws(Failure) -> String? {
        guard let text = value(name) else { return nil }
        if text.isEmpty && command.option(name)?.allowsEmpty != true {
            throw Failure("Failed to get option '\(name)': Option argument is empty")
        }
        return text
    }

    /// The text of an option that must be there.
    func required(_ name: String) throws(Failure) -> String {
        guard let text = try string(name) else {
            throw Failure("Failed to get option '\(name)'")
        }
        return text
    }

    /// Every value of an option that takes the rest of the words.
    func all(_ name: String) -> [String] {
        entries.filter { $0.option.name == name }.compactMap(\.value)
    }

    /// A number that fits `type`; nil if the option wasn't given.
    func number<Number: FixedWidthInteger>(_ name: String, as type: Number.Type = Number.self)
        throws(Failure) -> Number?
    {
        guard let text = try string(name) else { return nil }
        guard let number = Number(text.trimmingLeadingBlanks()) else { throw malformed(name, text) }
        return number
    }

    /// A size in bytes, such as `10KiB`; nil if the option wasn't given. A bare number is in units of `unit`.
    func scaled(
        _ name: String, unit: UInt64 = 1, maximum: UInt64 = .max
    ) throws(Failure) -> UInt64? {
        guard let text = try string(name) else { return nil }
        let refusal = malformedSize("<\(name)>", text)
        do throws(Failure) {
            if let bytes = try ByteSize.parse(text, unit: unit, maximum: maximum) { return bytes }
        } catch {
            throw Failure(lines: refusal.lines + error.lines)
        }
        throw refusal
    }

    /// That the value `text` of what is written as `option` is no size, or too great a one.
    func malformedSize(_ option: String, _ text: String) -> Failure {
        Failure("Scaled numeric value '\(text)' for \(option) option is malformed or out of range")
    }

    /// That the value `text` of `name` is no number, or too great a one.
    func malformed(_ name: String, _ text: String) -> Failure {
        Failure("Numeric value '\(text)' for <\(name)> option is malformed or out of range")
    }

    /// Throws if two options that contradict each other were given.
    func exclude(_ first: String, _ second: String) throws(Failure) {
        if has(first) && has(second) {
            throw Failure("Options --\(first) and --\(second) are mutually exclusive")
        }
    }

    /// Throws if the option `first` was given without `second`.
    func require(_ second: String, for first: String) throws(Failure) {
        if has(first) && !has(second) {
            throw Failure("Option --\(second) is required by option --\(first)")
        }
    }
}
