import Roost
import Virt

extension Session {
    /// The network that the option `network` names, by UUID or by name.
    func network(_ arguments: Arguments, byName: Bool = true, byUUID: Bool = true) async throws -> Network {
        let text = try arguments.required("network")
        let connection = try await connected()
        return try await explaining("failed to get network '\(text)'") {
            if byUUID, text.utf8.count == 36, let uuid = UUID(text) {
                return try await connection.networkLookupByUUID(uuid: uuid)
            }
            if !byName { throw Failure() }
            return try await connection.networkLookupByName(name: text)
        }
    }
}

extension Completer {
    /// The name of a network.
    static let networks = Completer { session, _ in
        try await session.connected().listAllNetworks(flags: []).map(\.reference.name)
    }
}

extension CommandOption {
    static let network = CommandOption.required("network", "network name or uuid", complete: .networks)
}
