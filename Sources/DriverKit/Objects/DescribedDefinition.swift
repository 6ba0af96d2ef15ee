import ByteText
import Virt
import VirtXML
import XMLBinding

/// A document with a title, a description and elements that others keep with the object.
public protocol DescribedDefinition {
    static var described: DescribedKind { get }
    var title: String? { get set }
    var description: String? { get set }
    var metadata: Metadata? { get set }
}

/// How errors speak of what a kind of objects is described by.
public struct DescribedKind: Sendable {
    /// The code of "there is no such description".
    let missing: ErrorNumber
    let origin: ErrorDomain
    /// What the names of libvirt's calls begin with.
    let calls: String
}

extension DomainDefinition: DescribedDefinition {
    public static let described = DescribedKind(
        missing: .noDomainMetadata, origin: .domain, calls: "virDomain")
}

extension NetworkDefinition: DescribedDefinition {
    public static let described = DescribedKind(
        missing: .noNetworkMetadata, origin: .network, calls: "virNetwork")
}

extension DescribedDefinition {
    /// Title, description, or the element that somebody keeps with the domain under a namespace's address.
    ///
    /// - Throws: the kind's "no metadata" where there is none, `invalidArg` for a type that isn't known.
    ///
    /// libvirt's `virDomainGetMetadata`, `virNetworkGetMetadata`.
    public func metadata(ofType type: Int32, uri: String?) throws(VirtError) -> String {
        let found: String? =
            switch DomainMetadataType(rawValue: type) {
            case .description: description
            case .title: title
            case .element: try element(uri)
            default: throw Self.unknownMetadata(type)
            }
        if let found { return found }
        let kind = Self.described
        throw VirtError(kind.missing, "Requested metadata element is not present", from: kind.origin)
    }

    /// Changes title, description or somebody's element; nil, and an empty title or description, removes it.
    ///
    /// - Parameter key: the prefix of the element's namespace in the document.
    ///
    /// libvirt's `virDomainSetMetadata`, `virNetworkSetMetadata`.
    public mutating func setMetadata(
        ofType type: Int32, to text: String?, key: String?, uri: String?
    ) throws(VirtError) {
        switch DomainMetadataType(rawValue: type) {
        case .description: description = text.flatMap { $0.isEmpty ? nil : $0 }
        case .title:
            if text?.contains(byte: "\n") == true {
                throw VirtError.refused(
                    "\(Self.described.calls)SetMetadata", "metadata", "metadata title can't contain newlines",
                    from: Self.described.origin)
            }
            title = text.flatMap { $0.isEmpty ? nil : $0 }
        case .element: try setElement(text, key: key, uri: uri)
        default: throw Self.unknownMetadata(type)
        }
    }

    private func element(_ uri: String?) throws(VirtError) -> String? {
        guard let uri else {
            throw .null("uri", in: "\(Self.described.calls)GetMetadata", from: Self.described.origin)
        }
        guard let entry = metadata?[uri] else { return nil }
        do throws(XMLError) {
            return try entry.standalone()
        } catch {
            throw VirtError(document: error)
        }
    }

    private mutating func setElement(_ text: String?, key: String?, uri: String?) throws(VirtError) {
        guard let uri else {
            throw .null("uri", in: "\(Self.described.calls)SetMetadata", from: Self.described.origin)
        }
        var all = metadata ?? Metadata()
        if let text {
            guard let key else {
                throw .null("key", in: "\(Self.described.calls)SetMetadata", from: Self.described.origin)
            }
            do throws(XMLError) {
                all[uri] = try Metadata.Entry(uri: uri, key: key, xml: text)
            } catch {
                throw VirtError(document: error)
            }
        } else {
            all[uri] = nil
        }
        // What was there once stays, empty.
        metadata = all
    }

    private static func unknownMetadata(_ type: Int32) -> VirtError {
        VirtError(.invalidArg, "unknown metadata type '\(type)'", from: described.origin)
    }
}
