import ByteText

extension DomainExplanation {
    /// The explanation of some elements only: those that `text` names by their path (`devices/disk[1]`), by a path
    /// above them (`devices`), by their name (`disk`), or a device by its alias or target (`vda`, `vnet0`).
    ///
    /// What is left has no arguments of Roost's own, no facts about the guest as a whole, and not the whole command line.
    public func only(_ text: String) -> DomainExplanation {
        var copy = self
        copy.elements = elements.filter { $0.isNamed(by: text) }
        (copy.arguments, copy.own, copy.host) = ([], [], [])
        return copy
    }
}

extension DomainExplanation.Element {
    /// Whether a person's word for an element means this one.
    func isNamed(by text: String) -> Bool {
        var words = text.split(atByte: "/", omittingEmptySubsequences: true).map { String($0) }
        if words.first == "domain" { words.removeFirst() }
        guard !words.isEmpty else { return true }
        if alias == text || target == text { return true }
        let own = path.split(atByte: "/").map { String($0) }
        if words.count <= own.count, zip(words, own).allSatisfy({ Self.fits($0, $1) }) { return true }
        // A name or the end of a path, such as `disk` or `disk[2]`.
        return words.count <= own.count
            && zip(words.reversed(), own.reversed()).allSatisfy { Self.fits($0, $1) }
    }

    /// Whether a step of a path is the one that is meant; one without a place means all of its name.
    private static func fits(_ wanted: String, _ step: String) -> Bool {
        if wanted == step { return true }
        let name = step.cut(atByte: "[")?.before ?? step[...]
        return wanted == name || (name == step && wanted == step + "[1]")
    }
}
