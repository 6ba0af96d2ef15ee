import XMLBinding

extension XMLBinder {
    /// A set of CPUs or nodes; one that can't be read, or in which nothing is left, is refused in libvirt's words.
    mutating func set(_ name: StaticString, _ value: inout CPUSet?) throws(XMLError) {
        if isReading, let text = node?.attribute(name) {
            guard let set = CPUSet(members: text) else {
                throw fault(
                    "Failed to parse bitmap '\(text)'", .invalidArgument, attribute: name.description,
                    value: text)
            }
            if set.isEmpty {
                throw fault(
                    "Invalid value of '\(name)': \(text)", .unsupported, attribute: name.description,
                    value: text)
            }
        }
        try attribute(name, &value)
    }

    /// A set that must be there, with libvirt's words for when it isn't.
    mutating func set(
        _ name: StaticString, _ value: inout CPUSet, orElse message: String,
        _ code: XMLError.Code = .internalError
    ) throws(XMLError) {
        var given: CPUSet? = isReading ? nil : value
        try set(name, &given)
        guard let given else { throw fault(message, code, attribute: name.description) }
        value = given
    }

    /// A number that must be there and can't be zero.
    mutating func positive<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V
    ) throws(XMLError) {
        try attribute(name, &value)
        if isReading, value == 0 {
            throw fault(
                "Invalid value for attribute '\(name)' in element '\(node?.name ?? "")': Zero is not permitted",
                attribute: name.description, value: "0")
        }
    }

    /// The same for one that may be absent.
    mutating func positive<V: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout V?
    ) throws(XMLError) {
        guard isWriting || node?.attribute(name) != nil else { return }
        guard var number = isReading ? 0 : value else { return }
        try positive(name, &number)
        value = number
    }

    /// Refuses children whose names are none of those.
    func allow(_ names: Set<String>, orElse message: (String) -> String) throws(XMLError) {
        guard let node else { return }
        for child in node.children where !names.contains(child.name) {
            throw fault(message(child.name), .unsupported, value: child.name)
        }
    }
}
