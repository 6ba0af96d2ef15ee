import ByteText
import Virt
import VirtXML
import XMLBinding

extension DomainDefinition {
    /// Title, description, or the element that somebody keeps with the domain under a namespace's address.
    ///
    /// - Throws: `noDomainMetadata` where there is none, `invalidArg` for a type that isn't known.
    ///
    /// libvirt's `virDomainGetMetadata`.
    public func metadata(ofType type: Int32, uri: String?) throws(VirtError) -> String {
        let found: String? =
            switch DomainMetadataType(rawValue: type) {
            case .description: description
            case .title: title
            case .element: try element(uri)
            default: throw Self.unknownMetadata(type)
            }
        if let found { return found }
        throw VirtError(.noDomainMetadata, "Requested metadata element is not present", from: .domain)
    }

    /// Changes title, description or somebody's element; nil, and an empty title or description, removes it.
    ///
    /// - Parameter key: the prefix of the element's namespace in the document.
    ///
    /// libvirt's `virDomainSetMetadata`.
    public mutating func setMetadata(
        ofType type: Int32, to text: String?, key: String?, uri: String?
    ) throws(VirtError) {
        switch DomainMetadataType(rawValue: type) {
        case .description: description = text.flatMap { $0.isEmpty ? nil : $0 }
        case .title:
            if text?.contains(byte: "\n") == true {
                throw VirtError.refused(
                    "virDomainSetMetadata", "metadata", "metadata title can't contain newlines")
            }
            title = text.flatMap { $0.isEmpty ? nil : $0 }
        case .element: try setElement(text, key: key, uri: uri)
        default: throw Self.unknownMetadata(type)
        }
    }

    private func element(_ uri: String?) throws(VirtError) -> String? {
        guard let uri else { throw .null("uri", in: "virDomainGetMetadata") }
        guard let entry = metadata?[uri] else { return nil }
        do throws(XMLError) {
            return try entry.standalone()
        } catch {
            throw VirtError(document: error)
        }
    }

    private mutating func setElement(_ text: String?, key: String?, uri: String?) throws(VirtError) {
        guard let uri else { throw .null("uri", in: "virDomainSetMetadata") }
        var all = metadata ?? Metadata()
        if let text {
            guard let key else { throw .null("key", in: "virDomainSetMetadata") }
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
        VirtError(.invalidArg, "unknown metadata type '\(type)'", from: .domain)
    }
}
