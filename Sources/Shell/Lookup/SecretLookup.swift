import Roost
import Virt

extension Session {
    /// The secret that the option `secret` names by its UUID.
    func secret(_ arguments: Arguments) async throws -> Secret {
        let text = try arguments.required("secret")
        let connection = try await connected()
        return try await explaining("failed to get secret '\(text)'") {
            guard let uuid = UUID(text) else {
                throw Failure("uuidstr in virSecretLookupByUUIDString must be a valid UUID")
            }
            return try await connection.secretLookupByUUID(uuid: uuid)
        }
    }
}

extension Completer {
    /// The UUID of a secret.
    static let secrets = Completer { session, _ in
        try await session.connected().listAllSecrets(flags: []).map { $0.reference.uuid.description }
    }
}

extension CommandOption {
    static let secret = CommandOption.required("secret", "secret UUID", complete: .secrets)
}
