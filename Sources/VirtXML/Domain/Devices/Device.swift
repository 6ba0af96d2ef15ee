import XMLBinding

/// A device of a domain.
public protocol Device: XMLElement {
    /// The element's name, such as `disk`.
    static var elementName: StaticString { get }
    /// Its name, place and boot order.
    var info: DeviceInfo { get set }
}
