import Virt
import XMLBinding

/// A secret that the daemon keeps, without its value.
public struct SecretDefinition: XMLRoot {
    public static let elementName: StaticString = "secret"

    /// Kept in memory only.
    public var ephemeral = false
    /// Never given out.
    public var isPrivate = false
    public var uuid: UUID?
    public var description: String?
    public var usage: Usage = .none

    public init() {}

    /// What the secret is for. No two have the same use.
    public enum Usage: Equatable, Sendable {
        case none
        /// The path of an encrypted volume.
        case volume(String)
        case ceph(String)
        case iscsi(String)
        case tls(String)
        case vtpm(String)

        /// What the secret is found by.
        public var id: String {
            switch self {
            case .none: ""
            case .volume(let id), .ceph(let id), .iscsi(let id), .tls(let id), .vtpm(let id): id
            }
        }

        /// The kind of use, as documents name it.
        public var kind: Kind {
            switch self {
            case .none: .none
            case .volume: .volume
            case .ceph: .ceph
            case .iscsi: .iscsi
            case .tls: .tls
            case .vtpm: .vtpm
            }
        }
    }

    public enum Kind: String, XMLWord {
        case none, volume, ceph, iscsi, tls, vtpm

        /// The kind with libvirt's number; `none` where no kind has it.
        public init(_ type: SecretUsageType) { self = Self.allCases.first { $0.type == type } ?? .none }

        /// By libvirt's number.
        public var type: SecretUsageType {
            switch self {
            case .none: .none
            case .volume: .volume
            case .ceph: .ceph
            case .iscsi: .iscsi
            case .tls: .tls
            case .vtpm: .vtpm
            }
        }

        /// What a document of this kind lacks that doesn't say for what it is, in libvirt's words.
        fileprivate var missing: String {
            switch self {
            case .none: "usage"
            case .volume: "volume usage specified, but volume path"
            case .ceph: "Ceph usage specified, but name"
            case .iscsi: "iSCSI usage specified, but target"
            case .tls: "TLS usage specified, but name"
            case .vtpm: "vTPM usage specified, but name"
            }
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindFlag("ephemeral", &ephemeral, &x)
        try bindFlag("private", &isPrivate, &x)
        x.expand()
        try x.uuid(&uuid)
        try x.value("description", &description)
        if x.isWriting, usage == .none { return }
        try x.group("usage") { (x) throws(XMLError) in try bindUsage(&x) }
    }

    private func bindFlag(_ name: StaticString, _ flag: inout Bool, _ x: inout XMLBinder) throws(XMLError) {
        var word: Bool? = x.isReading ? nil : flag
        try x.yesNo(name, &word, .unlessEmpty.refusing("invalid value of '\(name)'", .xml))
        flag = word ?? false
    }

    private mutating func bindUsage(_ x: inout XMLBinder) throws(XMLError) {
        var kind = usage.kind
        var id: String? = usage == .none ? nil : usage.id
        try x.attribute("type", &kind)
        switch kind {
        case .none: return usage = .none
        case .volume: try x.value("volume", &id)
        case .iscsi: try x.value("target", &id)
        case .ceph, .tls, .vtpm: try x.value("name", &id)
        }
        guard x.isReading else { return }
        guard let id, !id.isEmpty else {
            throw x.fault("\(kind.missing) is missing", .internalError)
        }
        usage = Usage(kind, id)
    }
}

extension SecretDefinition.Usage {
    public init(_ kind: SecretDefinition.Kind, _ id: String) {
        self =
            switch kind {
            case .none: .none
            case .volume: .volume(id)
            case .ceph: .ceph(id)
            case .iscsi: .iscsi(id)
            case .tls: .tls(id)
            case .vtpm: .vtpm(id)
            }
    }
}
