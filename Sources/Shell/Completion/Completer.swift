import Roost
import Virt

/// What may stand for the value of an option.
struct Completer: Sendable {
    /// All values; the session leaves only those that begin as the word does.
    let candidates: @Sendable (Session, Arguments) async throws -> [String]
    /// Whether the value is several of them with commas between.
    var isList = false
    /// Whether the hypervisor is asked.
    var needsConnection = true
    /// Whether the value is the path of a file.
    var isPath = false

    /// One of these words.
    static func words(_ words: [String], isList: Bool = false) -> Completer {
        Completer(candidates: { _, _ in words }, isList: isList, needsConnection: false)
    }

    /// The path of a file.
    static let path = Completer(candidates: { _, _ in [] }, isPath: true)

    /// The name of a domain among those that `flags` choose.
    static func domains(_ flags: ConnectListAllDomainsFlags = []) -> Completer {
        Completer { session, _ in
            try await session.connected().listAllDomains(flags: flags).map(\.reference.name)
        }
    }

    /// The UUID of a domain.
    static let domainUUIDs = Completer { session, _ in
        try await session.connected().listAllDomains(flags: []).map { $0.reference.uuid.description }
    }

    /// The name of a command or of a group of them.
    static let commands = Completer(
        candidates: { _, _ in
            let names = CommandGroup.all.flatMap { $0.commands.filter { !$0.isHidden }.map(\.name) }
            return names + CommandGroup.all.map(\.keyword)
        }, needsConnection: false)

    /// Something that the XML of the domain that was given holds: all values of an XPath expression.
    static func domainXML(_ paths: String...) -> Completer {
        Completer { session, arguments in
            let domain = try await session.domain(arguments)
            let document = try XMLQuery(try await domain.xmlDesc(flags: []))
            return try paths.flatMap { try document.strings($0) }
        }
    }
}
