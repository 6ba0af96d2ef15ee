import LinuxSystem
import Virt

/// Who makes calls: who that is, by the kernel's word, and what it may do.
public struct Client: Sendable {
    /// What tells it apart from others of the same front; 0 for the process itself.
    public let number: UInt64
    /// The user, group and process at the other end, as they were when it connected; nil where that can't be known.
    public let identity: PeerCredentials?
    /// Whether it came to change nothing.
    public var isReadOnly: Bool
    public var rights: Rights

    /// What a client may do beside what its connection lets it.
    public enum Rights: Sendable {
        case all
        case only(Set<Permission>)
    }

    public init(
        number: UInt64, identity: PeerCredentials?, isReadOnly: Bool = false, rights: Rights = .all
    ) {
        (self.number, self.identity, self.isReadOnly, self.rights) = (number, identity, isReadOnly, rights)
    }

    /// This process itself, which opens a driver without a daemon.
    public static func thisProcess(readOnly: Bool = false) -> Client {
        Client(number: 0, identity: .ofThisProcess, isReadOnly: readOnly)
    }

    /// Who it is, as logs name it.
    public var name: String {
        if number == 0 { return "this process" }
        guard let identity else { return "client \(number) (unknown user)" }
        return "client \(number) (user \(identity.user), process \(identity.process))"
    }

    /// Whether it has been allowed something.
    public func may(_ permission: Permission) -> Bool {
        switch rights {
        case .all: true
        case .only(let permissions): permissions.contains(permission)
        }
    }

    /// Throws `accessDenied` unless it has been allowed something on objects of a kind.
    public func require(_ permission: String, on object: Permission.Object) throws(VirtError) {
        try require(Permission(permission, on: object))
    }

    /// Throws `accessDenied` unless it has been allowed something.
    public func require(_ permission: Permission) throws(VirtError) {
        if may(permission) { return }
        throw VirtError(.accessDenied, "\(name) has no permission \(permission)", from: .access)
    }
}

/// What is asked of a driver to open.
public struct OpenRequest: Sendable {
    public let uri: ConnectionURI
    public let client: Client

    public init(_ uri: ConnectionURI, for client: Client) { (self.uri, self.client) = (uri, client) }
}
