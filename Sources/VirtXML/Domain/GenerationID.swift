import Virt
import XMLBinding

/// A number that changes whenever the guest may find itself in another time than before. Without one in the
/// definition, each start makes a new one.
public struct GenerationID: XMLElement {
    public var id: UUID?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.content(&id) }
}
