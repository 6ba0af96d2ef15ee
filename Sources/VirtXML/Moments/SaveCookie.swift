import XMLBinding

/// What a driver keeps with a saved domain beside its definition, such as the CPU that it ran with. Its elements are
/// the driver's own, and held as text.
public struct SaveCookie: XMLRoot {
    public static let elementName: StaticString = "cookie"

    /// Each element as text, indented as it stands in a document of its own.
    public var elements: [String] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if let node = x.node {
            elements = node.children.map { $0.copy(level: 1) }
        } else {
            for element in elements { x.verbatim(element.reindented(by: 2 * (x.depth - 1))) }
        }
    }
}
