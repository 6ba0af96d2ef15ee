import ByteText

/// A variable in a value of a match: `$A`, `$A[@1]`, `$A[3]`.
public struct FilterVariable: Hashable, Sendable {
    public var name: String
    public var index: Index

    /// Which of the variable's values is meant.
    public enum Index: Hashable, Sendable {
        /// Each in turn. Variables with the same iterator go through theirs together.
        case iterator(UInt32)
        case element(UInt32)
    }

    /// The variable that a value stands for; nil where the value is one already.
    public init?(_ text: String) {
        guard let body = text.droppingBytePrefix("$") else { return nil }
        let parts = body.split(atByte: "[")
        guard let name = parts.first else { return nil }
        self.name = String(name)
        guard parts.count > 1, let inside = parts[1].split(atByte: "]").first else {
            index = .iterator(0)
            return
        }
        if let number = inside.droppingBytePrefix("@").flatMap({ UInt32($0) }) {
            index = .iterator(number)
        } else if let number = UInt32(inside) {
            index = .element(number)
        } else {
            return nil
        }
    }

    /// How errors name it.
    public var title: String {
        switch index {
        case .iterator(0): name
        case .iterator(let number): "\(name)[@\(number)]"
        case .element(let number): "\(name)[\(number)]"
        }
    }
}

extension FilterMatch {
    /// The variables in its values, in the order of the attributes.
    public var variables: [FilterVariable] { values.compactMap { FilterVariable($0.text) } }

    /// The match with values for its variables; nil where one can't be what the attribute holds, which `refused` is told.
    public func replacing(
        _ found: [FilterVariable: String], refused: (_ attribute: String, _ value: String) -> Void
    ) -> FilterMatch? {
        var copy = self
        for index in copy.values.indices {
            let value = copy.values[index]
            guard let variable = FilterVariable(value.text), let text = found[variable] else { continue }
            let kind = kind.attributes.first { $0.name.description.hasSameBytes(as: value.name) }?.kind
            guard !text.hasBytePrefix("$"), let usual = kind?.normalized(text) else {
                refused(value.name, text)
                return nil
            }
            copy.values[index].text = usual
        }
        return copy
    }

    /// Whether packets match that don't have the attribute's value.
    public func isNegated(_ name: String) -> Bool {
        values.first { $0.name.hasSameBytes(as: name) }?.isNegated ?? false
    }

    /// An attribute's value as a number: words are the numbers that they stand for.
    public func number(_ name: String) -> UInt32? {
        guard let text = self[name] else { return nil }
        let kind = kind.attributes.first { $0.name.description.hasSameBytes(as: name) }?.kind
        return kind?.number(text)
    }
}
