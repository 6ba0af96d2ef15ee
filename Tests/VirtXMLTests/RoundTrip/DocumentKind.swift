import VirtXML
import XMLBinding

/// A kind of document: what can be asked of each of them alike.
struct DocumentKind: Sendable {
    /// The name of the outermost element.
    let name: String
    let type: any XMLRoot.Type

    init(_ type: any XMLRoot.Type) {
        self.type = type
        name = type.elementName.description
    }

    static let all: [DocumentKind] = [
        DomainDefinition.self, NetworkDefinition.self, NetworkPortDefinition.self, StoragePoolDefinition.self,
        StorageVolumeDefinition.self, HostInterfaceDefinition.self, NodeDeviceDefinition.self,
        SecretDefinition.self, FilterDefinition.self, FilterBindingDefinition.self, SnapshotDefinition.self,
        CheckpointDefinition.self, BackupDefinition.self, DomainCapabilities.self, HostCapabilities.self,
        StoragePoolCapabilities.self, SystemInfo.self, SaveCookie.self,
    ].map(DocumentKind.init)

    /// The kind of a text, by its outermost element.
    static func of(_ text: String) -> DocumentKind? {
        guard let document = try? XMLDocument(text) else { return nil }
        let name = document.root.name
        return withExtendedLifetime(document) { all.first { $0.name == name } }
    }

    /// What a text reads as, if it can be read, and whether it reads the same once written.
    func roundTrip(_ text: String, options: XMLOptions) -> RoundTrip {
        type.roundTrip(text, options: options)
    }
}

/// A text that was read, written and read again.
enum RoundTrip {
    case refused(XMLError)
    case same
    /// With the text that was written, and the complaint if that can't be read.
    case differs(written: String, complaint: String)

    var isFault: Bool { if case .differs = self { true } else { false } }
}

extension XMLRoot {
    fileprivate static func roundTrip(_ text: String, options: XMLOptions) -> RoundTrip {
        let first: Self
        do throws(XMLError) { first = try Self(xml: text, options: options) } catch { return .refused(error) }
        var written = ""
        do throws(XMLError) {
            written = try first.xml(options: options.union(.secure))
            let second = try Self(xml: written, options: options)
            if first == second { return .same }
            return .differs(
                written: written, complaint: difference(first, second, "").joined(separator: "\n"))
        } catch {
            return .differs(written: written, complaint: error.message)
        }
    }
}

/// The innermost fields that aren't the same, each with its path.
private func difference(_ first: Any, _ second: Any, _ path: String) -> [String] {
    if "\(first)" == "\(second)" { return [] }
    let left = Array(Mirror(reflecting: first).children), right = Array(Mirror(reflecting: second).children)
    if left.isEmpty || left.count != right.count { return ["\(path): \(first) is then \(second)"] }
    return zip(left, right).flatMap { difference($0.value, $1.value, "\(path).\($0.label ?? "")") }
}
