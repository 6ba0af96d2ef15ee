import Virt
import XMLBinding

/// A number that changes whenever the guest may find itself in another time than before. One without a number is
/// given one when the domain is defined.
public struct GenerationID: XMLElement {
    public var id: UUID?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.content(&id, .refusing("malformed genid element", .internalError))
    }
}
