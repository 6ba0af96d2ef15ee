import XMLBinding

/// An element among a domain's devices.
public protocol DeviceElement: XMLElement {
    /// The element's name, such as `disk`.
    static var elementName: StaticString { get }
}

/// A device of a domain.
public protocol Device: DeviceElement {
    /// Its name, place and boot order.
    var info: DeviceInfo { get set }
}
