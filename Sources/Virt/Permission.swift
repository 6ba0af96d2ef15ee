/// What somebody must be allowed to do something with a kind of object, in libvirt's words, such as `suspend` on a domain.
public struct Permission: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of object that permissions are about.
    public enum Object: String, Sendable, CaseIterable {
        case connect, domain, network, networkPort, interface, storagePool, storageVol, nodeDevice, secret,
            nwfilter, nwfilterBinding
    }

    public let object: Object
    /// libvirt's name, such as `init_control`.
    public let name: String

    public init(_ name: String, on object: Object) { (self.name, self.object) = (name, object) }

    public var description: String { "\(object.rawValue):\(name)" }
}
