import Roost
import Virt

/// How people name a domain.
struct DomainKey: OptionSet {
    let rawValue: Int

    static let id = DomainKey(rawValue: 1)
    static let uuid = DomainKey(rawValue: 2)
    static let name = DomainKey(rawValue: 4)
    static let any: DomainKey = [.id, .uuid, .name]
}

extension Session {
    /// The domain that the option `domain` names: by id, by UUID or by name, in this order.
    func domain(_ arguments: Arguments, by keys: DomainKey = .any) async throws -> Domain {
        try await domain(named: arguments.required("domain"), by: keys, for: arguments.command)
    }

    /// The domain that `text` names.
    func domain(named text: String, by keys: DomainKey = .any, for command: Command) async throws -> Domain {
        let connection = try await connected()
        output.debug(1, "\(command.name): found option <domain>: \(text)\n")
        for (key, label) in [(DomainKey.id, "ID"), (.uuid, "UUID"), (.name, "NAME")] where keys.contains(key)
        {
            guard key.mayBe(text) else { continue }
            output.debug(1, "\(command.name): <domain> trying as domain \(label)\n")
            do throws(VirtError) {
                return try await key.domain(text, on: connection)
            } catch {
                if error.code != .noDomain { throw Failure("failed to get domain '\(text)'", because: error) }
            }
        }
        throw Failure("failed to get domain '\(text)'")
    }
}

extension DomainKey {
    /// Whether a text looks like a key of this kind.
    fileprivate func mayBe(_ text: String) -> Bool {
        switch self {
        case .id: Int32(text).map { $0 >= 0 } ?? false
        case .uuid: text.utf8.count == 36 && UUID(text) != nil
        default: true
        }
    }

    /// The domain that has this key.
    fileprivate func domain(_ text: String, on connection: Connection) async throws(VirtError) -> Domain {
        switch self {
        case .id: try await connection.domainLookupByID(id: Int32(text) ?? -1)
        case .uuid: try await connection.domainLookupByUUID(uuid: UUID(text) ?? .zero)
        default: try await connection.domainLookupByName(name: text)
        }
    }
}

extension CommandOption {
    /// The domain that a command is about.
    static func domain(_ flags: ConnectListAllDomainsFlags = []) -> CommandOption {
        .required("domain", "domain name, id or uuid", complete: .domains(flags))
    }

    static let domain = CommandOption.domain()
}

extension [CommandOption] {
    /// Whether the running domain or its definition is meant.
    static let impact: [CommandOption] = [
        .flag("config", "affect next boot"),
        .flag("live", "affect running domain"),
        .flag("current", "affect current domain"),
    ]
}

extension Arguments {
    /// What `--config`, `--live` and `--current` choose.
    func impact() throws(Failure) -> DomainModificationImpact {
        try exclude("current", "live")
        try exclude("current", "config")
        var flags: DomainModificationImpact = []
        if has("config") { flags.insert(.config) }
        if has("live") { flags.insert(.live) }
        return flags
    }
}
