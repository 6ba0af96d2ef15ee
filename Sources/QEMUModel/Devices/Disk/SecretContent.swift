import Virt
import VirtXML

/// What is to be told to QEMU, or to a helper, in a way that nobody else reads.
package enum SecretContent: Sendable, Equatable {
    /// The value of a secret that the host keeps, for this use.
    case kept(VirtXML.SecretReference, SecretUsageType)
    /// What the document itself says.
    case text(String)

    /// How one logs in to a server of images.
    init(_ auth: StorageAuth) {
        let kind = auth.secret.type.flatMap { SecretDefinition.Kind(rawValue: $0) }
        self = .kept(auth.secret.reference, kind?.type ?? .none)
    }

    /// What a web server is sent with each request.
    init(_ cookies: [HTTPCookie]) {
        self = .text(cookies.header)
    }
}

extension [HTTPCookie] {
    /// As they are sent.
    var header: String { map { "\($0.name)=\($0.value)" }.joined(separator: "; ") }
}
