/// What a network is on its host, and why a guest on it can't reach what it should.
///
/// It travels as JSON; the keys, which stay as they are, stand in `docs/explain.md`.
public struct NetworkExplanation: Equatable, Sendable {
    public var name = ""
    public var uuid = ""
    public var isActive = false
    /// What there is of it on the host, in an order in which people look for it.
    public var facts: [Fact] = []
    /// What stands in guests' way.
    public var problems: [Problem] = []

    public init() {}

    /// One thing on the host.
    public struct Fact: Equatable, Sendable {
        /// `link`, `address`, `guest`, `route`, `process`, `rule`, `sysctl`, `file`.
        public var kind = ""
        public var text = ""

        public init() {}

        public init(_ kind: String, _ text: String) { (self.kind, self.text) = (kind, text) }
    }

    /// Something that isn't as guests need it, and what to do about it.
    public struct Problem: Equatable, Sendable {
        public var text = ""
        /// A command that mends it; nil where there is none to be typed as it is.
        public var repair: String?

        public init() {}

        public init(_ text: String, repair: String? = nil) { (self.text, self.repair) = (text, repair) }
    }
}

extension NetworkExplanation {
    /// Reads what a daemon has answered; nil where it isn't an explanation that this version understands.
    public init?(json text: String) { self.init(answer: text) }

    /// The explanation as JSON, on one line.
    public var json: String { answer }

    static let format: Int64 = 1
}

extension NetworkExplanation: JSONAnswer {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("name", &name)
        x.value("uuid", &uuid)
        x.flag("active", &isActive)
        x.elements("facts", &facts)
        x.elements("problems", &problems)
    }
}

extension NetworkExplanation.Fact: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("kind", &kind)
        x.value("text", &text)
    }
}

extension NetworkExplanation.Problem: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("text", &text)
        x.value("repair", &repair)
    }
}
